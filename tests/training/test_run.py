"""What is said before a run begins."""

import pytest

from vgan.core.errors import StorageError
from vgan.runs.config import ExperimentConfig
from vgan.runs.workdir import Workdir
from vgan.training import run


def test_a_run_chooses_its_stage_while_it_holds_the_lock(tmp_path, monkeypatch, tiny):
    """Or another trainer could save a step in between."""

    class ChosenError(Exception):
        pass

    def newest_good(folder):
        with pytest.raises(StorageError, match="is training in it"), Workdir(tmp_path).locked():
            pass
        raise ChosenError

    monkeypatch.setattr(run, "newest_good", newest_good)
    with pytest.raises(ChosenError):
        run.train(ExperimentConfig(**tiny), tmp_path)
