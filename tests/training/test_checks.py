import types

import numpy as np

from vgan.runs.config import ExperimentConfig
from vgan.training import checks


def test_a_label_without_clips_is_said(caplog):
    config = ExperimentConfig(conditional=True)
    windows = types.SimpleNamespace(labels=("a", "b", "c"), window_labels=np.array([0, 0, 2]))
    assert checks.labels(config, windows) == 3
    assert "no training clip of 'shapes()' has label 'b', so that what is made" in caplog.text
    caplog.clear()
    windows.window_labels = np.array([2, 1, 0])
    assert checks.labels(config, windows) == 3 and not caplog.text
