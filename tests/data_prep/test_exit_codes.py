"""The command: its exit codes, its one line of error, and what is left on the disk."""

import filecmp
import os
import resource
import subprocess
import sys

import numpy as np
import pytest

FRAMES = np.random.default_rng(0).integers(0, 256, [6, 24, 24, 3], np.uint8)
LARGEST = 20_000
"""Bytes that a file may have, below those of a shard here."""


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw").mkdir()
    for number in range(20):
        np.save(tmp_path / "raw" / f"{number:02}.npy", FRAMES[: 4 + number % 3] // (1 + number % 2))
    return tmp_path / "raw"


def prepare(raw, output, *more, limit=None):
    """Runs the command; `limit` is of the bytes of each file that it writes."""
    line = [sys.executable, "-m", "data_prep.prepare_clips", f"--input={raw}"]
    line += [f"--output={output}", "--workers=1", "--size=24", *more]

    def before():
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    return subprocess.run(line, capture_output=True, text=True, preexec_fn=before)


def test_codes_of_what_is_bad(raw, tmp_path):
    (raw / "a\nb.mp4").write_text("not a video\n")
    output = tmp_path / "out"
    done = prepare(raw, output)
    assert done.returncode == 0 and done.stdout.startswith("20 ok, 1 skipped"), done.stderr
    done = prepare(raw, output)
    assert done.returncode == 5 and "it exists already" in done.stderr
    done = prepare(raw, output, "--overwrite", "--max_bad_fraction=0.04")
    assert done.returncode == 2 and "written, but 1 of 21 files" in done.stderr
    done = prepare(raw / "a\nb.mp4", tmp_path / "none")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("vgan: error: input ") and r"'a\nb.mp4': can't be" in done.stderr
    (tmp_path / "empty").mkdir()
    done = prepare(tmp_path / "empty", tmp_path / "none")
    assert done.returncode == 2 and "no videos in it or below. Looked by content" in done.stderr
    assert not (tmp_path / "none").exists()


def test_what_can_not_be_written_ends_it_and_the_same_command_goes_on(raw, tmp_path):
    assert prepare(raw, tmp_path / "straight").returncode == 0
    assert os.path.getsize(tmp_path / "straight" / "frames-00000.tfrecord") > LARGEST
    output = tmp_path / "out"
    done = prepare(raw, output, limit=LARGEST)
    assert done.returncode == 5 and done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("vgan: error: can't use a file") and "too large" in done.stderr
    left = [path.name for path in tmp_path.iterdir() if "out" in path.name]
    assert len(left) == 1 and left[0].startswith("out.incomplete-")
    assert prepare(raw, output).returncode == 0
    names = sorted(path.name for path in output.iterdir())
    assert filecmp.cmpfiles(tmp_path / "straight", output, names, shallow=False)[0] == names
    assert not [path for path in tmp_path.iterdir() if "incomplete" in path.name]


FULL = """
import builtins, errno, sys
from data_prep.writing import index
from vgan.core import command
from data_prep import prepare_clips

class Full:
    def __init__(self, file):
        self.file = file
    def __enter__(self):
        return self
    def __exit__(self, *of):
        self.file.close()
    def write(self, data):
        if self.file.tell() + len(data) > 150:
            raise OSError(errno.ENOSPC, "No space left on device", self.file.name)
        return self.file.write(data)

opened = index.Index._open
index.Index._open = lambda self, name: (
    Full(opened(self, name)) if name == "offsets.npy" else opened(self, name)
)
prepare_clips._define_flags()
command.run(prepare_clips._main)
"""


def test_a_disk_that_fills_with_the_last_file_is_told(raw, tmp_path):
    """Written through a mapping it would be a signal that ends the process."""
    output = tmp_path / "out"
    line = [sys.executable, "-c", FULL, f"--input={raw}", f"--output={output}", "--workers=1"]
    done = subprocess.run([*line, "--size=24"], capture_output=True, text=True)
    assert done.returncode == 5 and done.stderr.startswith("vgan: error: disk full"), done.stderr
    assert prepare(raw, output).returncode == 0 and (output / "offsets.npy").exists()
