"""vgan from Python: the README's lines."""

import os
import subprocess
import sys

import numpy as np
import pytest

import vgan
from vgan.core.errors import UsageError


def test_train_load_sample_show_and_score(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    flags = tiny | {"data": "shapes(num_videos=160)", "steps": 2, "sample_interval": 2}
    model = vgan.fit(flags, tmp_path / "run")
    videos = model.sample(num_videos=4, seed=0)
    np.testing.assert_array_equal(vgan.load(tmp_path / "run").sample(4), videos)
    assert vgan.show(videos, model.fps)._repr_html_().count("<img") == 4
    assert model._repr_html_().count("<img") == 8
    scores = vgan.score(model, flags["data"], num_videos=16)
    assert scores["frechet_random3d"]["value"] > scores["frechet_random3d"]["floor"] > 0
    again = vgan.fit(flags | {"steps": 4}, tmp_path / "run")
    assert (again.sample(4) != videos).any(), "it went on"


def test_a_flag_that_there_is_not(tmp_path):
    with pytest.raises(UsageError, match="flags colour, speed: unknown"):
        vgan.fit({"speed": 2, "steps": 1, "colour": "red"}, tmp_path)


@pytest.mark.parametrize(("own", "kept"), [({}, "1"), ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "0")])
def test_fast_convolutions_are_asked_for_unless_somebody_says_otherwise(own, kept):
    code = "import vgan, os; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    other = {name: os.environ[name] for name in os.environ if name != "TF_ENABLE_ONEDNN_OPTS"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=other | own, capture_output=True, text=True, check=True)
    assert done.stdout == f"{kept}\n"
