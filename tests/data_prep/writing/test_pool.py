"""Ctrl-C: nothing goes on, and what was done is kept."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

FRAMES = np.random.default_rng(0).integers(0, 256, [40, 16, 16, 3], np.uint8)


@pytest.fixture
def started(tmp_path):
    """A command that takes a while, and its process."""
    (tmp_path / "raw").mkdir()
    for number in range(128):  # Chunks that are soon done; a long file comes after them.
        np.save(tmp_path / "raw" / f"{number:03}.npy", FRAMES[number % 20 : number % 20 + 2])
    np.save(tmp_path / "raw" / "long.npy", np.tile(FRAMES, [1000, 1, 1, 1]))
    command = [sys.executable, "-m", "data_prep.prepare_clips", f"--input={tmp_path / 'raw'}",
               f"--output={tmp_path / 'out'}", "--size=16", "--workers=1"]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        # In the background of a shell Ctrl-C is ignored, and so would it be by what starts there.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    yield command, process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def begun(started, tmp_path):
    """The same once a chunk is done."""
    _wait(started[1], lambda: list(tmp_path.glob("out.incomplete-*/parts/*.json")))
    return started


def _wait(process, ready):
    end = time.monotonic() + 120
    while not ready():
        assert process.poll() is None and time.monotonic() < end, process.communicate()
        time.sleep(0.02)


def test_ctrl_c_while_workers_start_is_a_line(started):
    _, process = started
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    _wait(process, lambda: len(children.read_text().split()) > 1)  # One tracks resources.
    time.sleep(0.1)  # It is loading Python's modules.
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "vgan: error: stopped by Ctrl-C\n")


def alive(group):
    """Whether a process group has a process left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_ctrl_c_ends_all_and_the_next_run_goes_on(begun, tmp_path):
    command, process = begun
    os.killpg(process.pid, signal.SIGINT)  # As a terminal does: the workers get it, too.
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert [line for line in err.splitlines() if not line.endswith("files")] == [
        "vgan: error: stopped by Ctrl-C"
    ]
    end = time.monotonic() + 10  # Workers look each second whether they have a parent.
    while alive(process.pid) and time.monotonic() < end:
        time.sleep(0.1)
    assert not alive(process.pid)
    assert not (tmp_path / "out").exists()
    (incomplete,) = tmp_path.glob("out.incomplete-*")
    assert list(incomplete.glob("parts/*.json"))
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.match(r"going on: [1-9]\d* of 129 files were done before", done.stdout)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["frames"] == 256 + 40_000
    assert not incomplete.exists()
