"""What is said before a run begins."""

import types

import numpy as np
import pytest

from vgan.core.errors import StorageError
from vgan.runs.config import ExperimentConfig
from vgan.runs.workdir import Workdir
from vgan.training import run


def test_a_label_without_clips_is_said(caplog):
    config = ExperimentConfig(conditional=True)
    windows = types.SimpleNamespace(labels=("a", "b", "c"), window_labels=np.array([0, 0, 2]))
    assert run._num_labels(config, windows) == 3
    assert "no training clip of 'shapes()' has label 'b', so that what is made" in caplog.text
    caplog.clear()
    windows.window_labels = np.array([2, 1, 0])
    assert run._num_labels(config, windows) == 3 and not caplog.text


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
