"""Small trained runs that several tests share, and a quick way to run commands."""

import dataclasses
import functools
import gc
import hashlib
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import filelock
import numpy as np
import pytest
from absl import flags

from data_prep.base.settings import Settings
from data_prep.writing import chunks, preparation
from vgan.core import flagfiles
from vgan.runs import config

ROOT = Path(__file__).parents[1]

# Several workers on few cores: threads of OpenBLAS that wait for each other would take the time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Graphs are traced by making many objects that stay: looking for garbage among them takes time.
RARELY = (100_000, 50, 50)
gc.set_threshold(*RARELY)

# A process that has loaded TensorFlow but not used it can be forked: each command is a process of
# its own, killable like any, that starts in no time.
_SERVER = """
import gc, json, os, runpy, signal, sys, traceback
sys.path.insert(0, sys.argv[1])
import vgan.evaluation.scored, vgan.reports.evaluation, vgan.training.run

gc.freeze()
gc.set_threshold(*map(int, sys.argv[2:]))

def run(module, arguments, before, cwd, out, err):
    for path, number in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    signal.alarm(300)
    os.chdir(cwd)
    sys.argv = [module, *arguments]
    try:
        exec(before, {})
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        code = run(*json.loads(line))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    print("code", os.waitstatus_to_exitcode(status), flush=True)
"""

_BEGINNING = """
from vgan.training import run

def begin(plan, model, stage, start, num_labels, workdir, evaluator, on):
    run.Checkpoints(workdir.checkpoints, model, 1).save(0)

run._train_stage = begin
run.saved_model.export = lambda *of: None
"""


@pytest.fixture(scope="session")
def prepare():
    """Runs `prepare(source, output, size=(H, W), **arguments)` in this process.

    Arguments are those of `Settings` and of `preparation.prepare`.
    """

    def write(todo, workers, progress):
        del workers, progress
        for chunk in todo:
            chunks.write(chunk)

    def run(source, output, size, **arguments):
        names = {field.name for field in dataclasses.fields(Settings)}
        chosen = {name: arguments.pop(name) for name in names & set(arguments)}
        settings = Settings(size=size, **chosen)
        return preparation.prepare(str(source), str(output), settings, write=write, **arguments)

    return run


@pytest.fixture(scope="session")
def command(tmp_path_factory):
    """Runs `command(module, *arguments, before="", cwd=None)`; gives its code, out and err.

    `before` is Python that the process runs first, to break something. A killed process has the
    negative number of its signal as its code.
    """
    folder = tmp_path_factory.mktemp("commands")
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(ROOT), *map(str, RARELY)],
        env=os.environ
        | {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        | {"XDG_CONFIG_HOME": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=open(folder / "server", "w"),
        text=True,
    )

    def run(module, *arguments, before="", cwd=folder):
        out, err = folder / "out", folder / "err"
        case = [module, [str(a) for a in arguments], before, str(cwd), str(out), str(err)]
        server.stdin.write(json.dumps(case) + "\n")
        server.stdin.flush()
        answer = next((line for line in server.stdout if line.startswith("code ")), None)
        assert answer, (folder / "server").read_text()
        return types.SimpleNamespace(
            code=int(answer.split()[1]), out=out.read_text(), err=err.read_text()
        )

    yield run
    server.stdin.close()
    server.wait(60)


def assert_same_clips(found, wanted):
    """To a grey level here and there: operations that are fused round otherwise on some CPUs."""
    off = np.abs(np.asarray(found).astype(int) - wanted)
    assert off.max() <= 1 and off.mean() < 1e-3


@pytest.fixture
def as_in_training():
    """Without Grappler, which rounds differently from graph to graph."""
    import tensorflow as tf

    before = tf.config.optimizer.get_experimental_options()
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    yield
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False} | before)


@pytest.fixture(scope="session")
def no_page():
    """What `command` runs before an evaluation whose page isn't looked at: its plots take long."""
    return "from vgan.reports import evaluation; evaluation.write = lambda *of: None"


@pytest.fixture(scope="session")
def tiny():
    """Flags of a run of seconds, with classes."""
    return {
        "data": "shapes(num_videos=16)",
        "frames": 4,
        "height": 8,
        "width": 8,
        "conditional": True,
        "batch_size": 4,
        "steps": 4,
        "generator": "conv3d(latent_dim=8, channels=4)",
        "discriminator": "conv3d(channels=4)",
        "checkpoint_interval": 2,
        "summary_interval": 2,
        "sample_interval": 4,
    }


@pytest.fixture(scope="session")
def full(tiny):
    """Flags of a small run with all that has state of its own."""
    return tiny | {
        "width": 16,  # The least that dis() takes.
        "conditional": False,
        "steps": 7,  # The last one has all terms due.
        "seed": 3,
        "augment": "flip + reverse",
        "generator": "conv3d(latent_dim=8, channels=4, spectral_norm=True)",
        "discriminator": "conv3d(channels=4) + 0.5*frames2d(frames=2, channels=4)",
        "losses": "0.1*motion(estimator='dis()', every=2)",
        "r1_gamma": 0.5,
        "r1_interval": 2,
        "precision": "bfloat16",
        "checkpoint_interval": 1,
        "summary_interval": 1,
        "keep_checkpoints": 2,
    }


@pytest.fixture(scope="session")
def as_flags():
    """A function from a dict to arguments of a command."""
    return lambda values: [f"--{name}={value}" for name, value in values.items()]


@pytest.fixture(scope="session")
def train_once(command, as_flags, tmp_path_factory, worker_id):
    """A function from flags to the workdir of a finished run of them, and what it printed.

    The same flags are trained once for all processes of tests: copy the run to change it.
    """
    root = tmp_path_factory.getbasetemp()
    root = root if worker_id == "master" else root.parent

    def train(values, before=""):
        told = json.dumps([values, before], sort_keys=True)
        name = hashlib.sha256(told.encode()).hexdigest()[:16]
        workdir, printed = root / name, root / f"{name}.json"
        with filelock.FileLock(root / f"{name}.lock"):
            if not printed.exists():
                flags = [*as_flags(values), f"--workdir={workdir}"]
                done = command("vgan.train", *flags, before=before)
                assert done.code == 0, done.err
                printed.write_text(json.dumps(vars(done)))
        return workdir, types.SimpleNamespace(**json.loads(printed.read_text()))

    return train


@pytest.fixture(scope="session")
def begin_once(train_once):
    """A function from flags to the workdir of a run of them before its first step."""
    return lambda values: train_once(values, _BEGINNING)[0]


@pytest.fixture(scope="session")
def tiny_run(train_once, tiny):
    """The workdir of a finished run of `tiny`."""
    return train_once(tiny)[0]


@pytest.fixture(scope="session")
def full_run(train_once, full):
    """The workdir of a finished run of `full`, and what it printed."""
    return train_once(full)


@pytest.fixture
def parse(monkeypatch):
    """A function from arguments to an ExperimentConfig, with flags of its own each time."""

    def parse_fresh(*arguments):
        values = flags.FlagValues()
        define = {
            name: functools.partial(getattr(flags, name), flag_values=values)
            for name in ("DEFINE_bool", "DEFINE_integer", "DEFINE_float", "DEFINE_string")
        }
        monkeypatch.setattr(config, "flags", types.SimpleNamespace(FLAGS=values, **define))
        config.define_flags()
        rest = values(["test", *flagfiles.expanded(arguments)])
        assert rest == ["test"]
        return config.from_flags(arguments)

    return parse_fresh
