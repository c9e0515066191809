"""Two workers, which are processes of this machine, beside one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT
from vgan.core.errors import UsageError
from vgan.training import devices, replicas


def started(folder, module, *arguments, more=((), ())):
    """Two workers of a command, Popen, whose output is in files of a folder.

    Args:
      more: what each is given beside the same arguments.
    """
    with socket.socket() as one, socket.socket() as other:
        places = [
            f"localhost:{of.bind(('localhost', 0)) or of.getsockname()[1]}" for of in (one, other)
        ]
    found = []
    for number in range(2):
        found.append(
            subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments), *more[number]],
                cwd=ROOT,
                env=os.environ
                | {
                    "TF_CONFIG": config({"worker": places}, "worker", number),
                    "TF_CPP_MIN_LOG_LEVEL": "3",
                },
                stdout=(folder / f"out{number}").open("w"),
                stderr=(folder / f"err{number}").open("w"),
            )
        )
    return found


def test_two_workers_take_the_steps_of_one(tmp_path):
    workers, digests = started(tmp_path, "tests.training.two_devices", "one_stage"), set()
    for number, worker in enumerate(workers):
        assert worker.wait(100) == 0, (tmp_path / f"err{number}").read_text()
        lines = (tmp_path / f"out{number}").read_text().splitlines()
        (found,) = (json.loads(line) for line in lines if line.startswith("{"))
        assert found["moved"] > 1e-4 and (number or found["far"] < 1e-6)
        digests.add(found["digest"])
    assert len(digests) == 1, "the workers have the same to the bit"


def test_what_is_killed_or_stopped_goes_on(tiny, tiny_run, as_flags, tmp_path):
    """Killed by -9, then stopped by SIGTERM: the other one ends too, and both go on to the end."""
    run = tmp_path / "run"
    line = [*as_flags(tiny | {"steps": 100000, "checkpoint_interval": 1}), f"--workdir={run}"]
    for number, code in ((signal.SIGKILL, 6), (signal.SIGTERM, 128 + signal.SIGTERM)):
        before = saved(run)
        workers = started(tmp_path, "vgan.train", *line)
        while saved(run) < before + 2:
            assert workers[0].poll() is None, (tmp_path / "err0").read_text()
            time.sleep(0.05)
        workers[1].send_signal(number)
        assert workers[0].wait(30) == code, (tmp_path / "err0").read_text()
        told = (tmp_path / "err0").read_text()
        assert workers[1].wait(30) == (code if number == signal.SIGTERM else -number)
        assert (
            "another worker is gone, or out of step" if code == 6 else "another worker was stopped"
        ) in told
        if number == signal.SIGTERM:
            assert f"saved step {saved(run)};" in told


def saved(run):
    """The number of the newest checkpoint, 0 if there is none."""
    found = (run / "checkpoints").glob("ckpt-*.index")
    return max((int(file.stem.removeprefix("ckpt-")) for file in found), default=0)


def test_workers_that_differ_say_so(tiny, as_flags, tmp_path):
    line = as_flags(tiny | {"steps": 4})
    more = [f"--workdir={tmp_path}/run"], [f"--workdir={tmp_path}/run", "--seed=7"]
    for number, worker in enumerate(started(tmp_path, "vgan.train", *line, more=more)):
        assert worker.wait(60) == 1
        told = (tmp_path / f"err{number}").read_text()
        assert "workers have other flags, data or checkpoints than each other" in told


TWO = {"worker": ["a:1", "b:1"]}


def config(cluster, kind, index):
    return json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})


@pytest.mark.parametrize(
    ("text", "flag", "told"),
    [
        ("{", "", "can't be read"),
        (json.dumps({"cluster": TWO}), "", "can't be read .KeyError"),
        (config(TWO, "ps", 0), "", "can't be read .KeyError"),
        (config(TWO, "worker", 2), "", "names no such task"),
        (config({"chief": ["a:1"], "worker": ["b:1"]}, "chief", 1), "", "names no such task"),
        (config({"ps": ["a:1"], "worker": ["b:1"]}, "ps", 0), "", "only chief and worker, not ps"),
        (config({"worker": "a:1"}, "worker", 0), "", "'a' is no host:port"),
        (config({"worker": ["a", "b:x"]}, "worker", 0), "", "'a' is no host:port"),
        (config(TWO, "worker", 0), "cpu:2", "--devices=cpu:2: TF_CONFIG names 2 workers"),
    ],
)
def test_bad_input(monkeypatch, text, flag, told):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(UsageError, match=told):
        devices.of_flag(flag, 4)


def test_a_worker_alone_is_one(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config({"worker": ["a:1"]}, "worker", 0))
    assert devices.of_flag("", 4) is replicas.ONE
