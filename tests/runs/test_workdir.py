"""The folder of a run: who holds it, and what it says."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import vgan
from vgan.core.errors import CheckpointError, StorageError, UsageError
from vgan.runs.config import ExperimentConfig
from vgan.runs.workdir import Workdir
from vgan.serving import saved_model
from vgan.training import run

DATA = {"fps": 8.0, "labels": ["a", "b"]}
HOLD = """
import sys, time
sys.path.insert(0, sys.argv[2])
from vgan.runs.workdir import Workdir
with Workdir(sys.argv[1]).locked():
    print("held", flush=True)
    time.sleep(100)
"""


@pytest.fixture
def workdir(tmp_path):
    made = Workdir(tmp_path / "run")
    made.create()
    return made


@pytest.fixture
def holder(workdir):
    """Another process that holds the workdir."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(workdir.path), str(root)], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_trainer_is_told_who_holds_the_lock(workdir, holder):
    with pytest.raises(StorageError, match="is training in it") as caught, workdir.locked():
        pass
    assert f"process {holder.pid} on host {os.uname().nodename}" in str(caught.value)
    assert repr(str(workdir.path)) in str(caught.value)


def test_the_lock_of_a_dead_process_is_taken_over(workdir, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert "process" in (workdir.path / ".lock-owner").read_text()
    with workdir.locked():
        text = (workdir.path / ".lock-owner").read_text()
        assert text.startswith(f"process {os.getpid()} ")
    with workdir.locked():
        pass


def test_an_error_frees_the_lock(workdir):
    with pytest.raises(KeyError), workdir.locked():
        raise KeyError
    with workdir.locked():
        pass


@pytest.mark.parametrize("name", ["a[1]", "a\\b"])
def test_a_name_that_tensorflow_would_not_find_again(command, tiny, as_flags, tmp_path, name):
    """It looks for checkpoints and variables by a pattern: nothing is to be learnt and lost."""
    wrong = tmp_path / name
    done = command("vgan.train", *as_flags(tiny), f"--workdir={wrong}")
    assert done.code == 1 and "for part of a pattern" in done.err.splitlines()[-1]
    with pytest.raises(UsageError, match="^export .* for part of a pattern"):
        saved_model.export(None, None, wrong)
    assert list(tmp_path.iterdir()) == []
    wrong.mkdir()
    for load in (vgan.load, saved_model.load):
        with pytest.raises(UsageError, match="for part of a pattern"):
            load(wrong)


def test_a_file_in_its_place(tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(StorageError, match="run': it is a file"):
        Workdir(tmp_path / "run").create()
    with pytest.raises(OSError):
        Workdir(tmp_path / "run" / "below").create()
    assert (tmp_path / "run").read_text() == "mine"


@pytest.mark.parametrize("text", ["", "{", '{"config": "\xff'])
def test_a_damaged_config_is_named(workdir, text):
    workdir.config_json.write_bytes(text.encode("latin-1"))
    with pytest.raises(CheckpointError, match="config.json': damaged"):
        workdir.read_config()


def test_config_is_written_whole(workdir):
    assert workdir.read_config() is None
    told = {"config": {"steps": 3}, "data": DATA}
    workdir.write_config("--steps=3\n", told)
    assert workdir.read_config() == told
    assert workdir.config_flags.read_text() == "--steps=3\n"
    names = {path.name for path in workdir.path.iterdir()}
    assert names == {"config.flags", "config.json", "checkpoints", "summaries", "samples"}


@pytest.mark.parametrize(("flip", "augment"), [(True, {"augment": "flip"}), (False, {})])
def test_older_runs_had_a_flag_for_the_flip(workdir, flip, augment):
    workdir.write_config("", {"config": {"steps": 3, "flip": flip}, "data": DATA})
    assert workdir.read_config()["config"] == {"steps": 3, **augment}


@pytest.mark.parametrize(("critics", "now"), [("conv3d()", ""), ("conv3d(channels=8)",) * 2])
def test_older_runs_named_the_critics_of_a_gan_by_default(workdir, critics, now):
    workdir.write_config("", {"config": {"discriminator": critics}, "data": DATA})
    assert workdir.read_config()["config"]["discriminator"] == now
    again = ExperimentConfig(discriminator=critics).changes({"discriminator": now})
    assert again == ([], []), "its own config.flags go on with it"
    other = ExperimentConfig(model="vae()", discriminator="conv3d()").changes({"model": "vae()"})
    assert other == (["--discriminator:  -> conv3d()"], []), "there it adds a critic"


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({}, "field 'config' is missing"),
        ({"config": {}}, "field 'data' is missing"),
        ({"config": {}, "data": DATA | {"fps": -5}}, "field 'fps' of field 'data' can't be -5"),
        ({"config": {"colour": 3}, "data": DATA}, "there is no flag 'colour'. Use the vgan that"),
    ],
)
def test_a_config_that_lacks_something_is_named(workdir, told, text):
    workdir.write_config("", told)
    with pytest.raises(CheckpointError, match=f"^config '{workdir.config_json}': .*{text}"):
        workdir.read_config()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"learning_rate": 0.001}, "--learning_rate: 0.0002 -> 0.001"),
        ({"conditional": False}, "--conditional: true -> false"),
        (
            {"data": "shapes(num_videos=16, seed=1)"},
            "--data: shapes(num_videos=16) -> shapes(num_videos=16, seed=1) (other contents)",
        ),
    ],
)
def test_another_experiment_is_refused_and_nothing_changes(tiny, tiny_run, change, text):
    before = {path: path.stat().st_mtime_ns for path in tiny_run.rglob("*") if path.is_file()}
    with pytest.raises(CheckpointError, match="holds another experiment") as caught:
        run.train(ExperimentConfig(**tiny | change), tiny_run)
    assert text in str(caught.value)
    after = {path: path.stat().st_mtime_ns for path in tiny_run.rglob("*") if path.is_file()}
    assert after == before


def test_harmless_flags_may_change_and_are_printed(tiny, tiny_run, tmp_path, capsys):
    workdir = shutil.copytree(tiny_run, tmp_path / "Läufe mit Leerzeichen 视频")
    changes = {"summary_interval": 3, "keep_checkpoints": 5, "data": "shapes(num_videos=16,)"}
    run.train(ExperimentConfig(**tiny | changes), workdir)
    out = capsys.readouterr().out
    assert "resuming with a changed flag: --summary_interval: 2 -> 3\n" in out
    assert "resuming with a changed flag: --keep_checkpoints: 3 -> 5\n" in out
    assert f"resuming {workdir} from step 4 to 4" in out
    assert Workdir(workdir).read_config()["config"]["summary_interval"] == 3
    assert "--summary_interval=3\n" in Workdir(workdir).config_flags.read_text()
