import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vgan.core import files


def content(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("as_text", [True, False])
def test_a_folder_appears_whole(tmp_path, as_text):
    path = tmp_path / "runs" / "evaluation" / "7"
    with files.replacing_folder(str(path) if as_text else path) as inside:
        (inside / "scores.json").write_text("1")
        assert not path.exists() and inside.is_relative_to(path.parent)  # On the same disk.
        (inside / "report.html").write_text("2")
    assert content(path) == {"scores.json": "1", "report.html": "2"}
    assert os.listdir(path.parent) == ["7"]


def test_a_relative_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with files.replacing_folder("out") as inside:
        os.chdir("/")
        (inside / "a").write_text("1")
    assert content(tmp_path / "out") == {"a": "1"}


def test_what_was_there_is_replaced_only_at_the_end(tmp_path):
    path = tmp_path / "out"
    with files.replacing_folder(path) as inside:
        (inside / "old").write_text("1")
        (inside / "both").write_text("1")
    with files.replacing_folder(path) as inside:
        (inside / "both").write_text("2")
        assert content(path) == {"old": "1", "both": "1"}
    assert content(path) == {"both": "2"}
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing_new(tmp_path, error):
    for before in ([], ["out"]):
        with pytest.raises(type(error)), files.replacing_folder(tmp_path / "out") as inside:
            (inside / "scores.json").write_text("half")
            raise error
        assert os.listdir(tmp_path) == before
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / "scores.json").write_text("whole")
    assert content(tmp_path / "out") == {"scores.json": "whole"}


def test_what_was_there_survives_a_rename_that_fails(tmp_path, monkeypatch):
    path = tmp_path / "out"
    path.mkdir()
    (path / "a").write_text("old")
    rename = Path.rename

    def fail_on_the_new_one(self, target):
        if self.name == "incomplete":
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_on_the_new_one)
    with pytest.raises(OSError, match="no"), files.replacing_folder(path) as inside:
        (inside / "a").write_text("new")
    assert content(path) == {"a": "old"}
    assert os.listdir(tmp_path) == ["out"]


WRITING = """
import time
from pathlib import Path
from vgan.core import command, files

def main():
    with files.{way}(Path("out")) as path:
        (path / "a" if path.is_dir() else path).write_text("half")
        print("writing", flush=True)
        time.sleep(60)

command.run(main)
"""


@pytest.fixture
def writing(tmp_path):
    """Starts a command that writes with one of the ways, and waits until it does."""
    started = []

    def start(way):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITING.format(way=way)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(Path(files.__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "writing\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("way", ["replacing", "replacing_folder"])
def test_sigterm_leaves_nothing(tmp_path, writing, way):
    process = writing(way)
    process.terminate()
    _, said = process.communicate()
    assert (process.returncode, said) == (143, "vgan: error: stopped by SIGTERM\n")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("way", ["replacing", "replacing_folder"])
def test_what_a_kill_leaves_is_swept_by_the_next_and_what_others_write_is_not(
    tmp_path, writing, way
):
    killed, alive = writing(way), writing(way)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert len(os.listdir(tmp_path)) == 2
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))  # What is new may be about to be held.
    (tmp_path / ".mine.tmp").write_text("")
    (tmp_path / ".vgan-notes").mkdir()
    last = writing("replacing")
    assert len(os.listdir(tmp_path)) == 4, "of the one alive, the last, and those of others"
    for process in (alive, last):
        process.terminate()
        process.communicate()
    assert sorted(os.listdir(tmp_path)) == [".mine.tmp", ".vgan-notes"]


def test_a_kill_between_two_renames_loses_nothing(tmp_path):
    left = tmp_path / f".{'0' * 16}.tmp"
    (left / "incomplete").mkdir(parents=True)
    (left / "before" / "out").mkdir(parents=True)
    (left / "before" / "out" / "a").write_text("old")
    os.utime(left, (0, 0))
    files._sweep.cache_clear()
    files.replace_text(tmp_path / "b", "new")
    assert sorted(os.listdir(tmp_path)) == ["b", "out"]
    assert content(tmp_path / "out") == {"a": "old"}


def test_a_signal_between_two_renames_loses_nothing(tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_text("old")
    rename = Path.rename

    def stopped(self, target):
        if self.name == "incomplete":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(KeyboardInterrupt), files.replacing_folder(tmp_path / "out"):
        pass
    assert content(tmp_path / "out") == {"a": "old"}
