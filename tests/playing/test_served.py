"""Models that a page shows: their names, and what is refused."""

from pathlib import Path

import pytest

from vgan.core.errors import CheckpointError, UsageError
from vgan.playing import served


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/runs/base", "base"),
        ("/a/runs/base/export", "base"),
        ("/a/runs/base/export/2800", "base"),
        ("/a/my run: 1", "my_run__1"),
        ("/a/\u00fcber", "_ber"),
        ("/12/34", "model"),
    ],
)
def test_a_model_is_called_as_the_folder_of_its_run(path, name):
    assert served._name(Path(path)) == name


def test_an_ensemble_has_no_latents_of_one_network(run):
    with pytest.raises(UsageError, match="belongs to one network"):
        served.opened([run], "ensemble(last=2)")


def test_what_an_export_can_not_be_asked(run):
    with pytest.raises(UsageError, match="checkpoint 'best': chooses one of a run"):
        served.opened([run / "export"], "best")
    with pytest.raises(UsageError, match="--back: an export goes one way"):
        served.opened([run / "export"], back=True)


def test_what_is_no_model(tmp_path):
    with pytest.raises(CheckpointError, match="neither a workdir"):
        served.opened([tmp_path])
