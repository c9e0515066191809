"""The preparation as a Beam pipeline, on the runner that comes with it."""

import filecmp
import subprocess
import sys

import numpy as np
import pytest

from data_prep.base.settings import Settings
from data_prep.writing import beam, chunks, preparation
from vgan.core.errors import UsageError


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw").mkdir()
    random = np.random.default_rng(0)
    for number in range(7):
        np.save(tmp_path / "raw" / f"{number}.npy", random.integers(0, 256, [4, 9, 9], np.uint8))
    (tmp_path / "raw" / "bad.mp4").touch()
    return tmp_path / "raw"


def test_the_same_bytes_come_out(raw, tmp_path, prepare, monkeypatch):
    monkeypatch.setattr(chunks, "_ITEMS", 2)
    prepare(raw, tmp_path / "one", (8, 8), max_bad_fraction=0.2)
    write = beam.writer("--runner=DirectRunner")
    settings = Settings(size=(8, 8))
    preparation.prepare(
        str(raw), str(tmp_path / "two"), settings, max_bad_fraction=0.2, write=write
    )
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len([name for name in names if name.endswith(".tfrecord")]) == 4
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    same = filecmp.cmpfiles(tmp_path / "one", tmp_path / "two", names, shallow=False)[0]
    assert same == names


def test_options_that_beam_does_not_know():
    with pytest.raises(UsageError, match="Beam has no option 'runer'"):
        beam.writer("--runer=DirectRunner")


def test_without_beam(monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam.options.pipeline_options", None)
    with pytest.raises(UsageError, match=r"pip install 'vgan\[beam\]'"):
        beam.writer("--runner=DirectRunner")


def test_limits_that_a_runner_does_not_keep_are_refused(raw, tmp_path):
    command = [sys.executable, "-m", "data_prep.prepare_clips", f"--input={raw}", "--workers=2",
               f"--output={tmp_path / 'out'}", "--beam_options=--runner=DirectRunner"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "flag --workers: a Beam runner has its own" in done.stderr
