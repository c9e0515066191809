"""The training loop around a model so small that steps cost nothing."""

import itertools
import os
import re
import shutil
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.errors import DivergedError
from vgan.data.pipeline import Clips
from vgan.losses import kinds
from vgan.models.codec import Pixels
from vgan.models.synthesizer import Report, Turn
from vgan.runs.checkpoints import Checkpoints, saved_steps
from vgan.runs.config import ExperimentConfig
from vgan.tasks.task import Task
from vgan.training import loop, progress


class Toy(tf.Module):
    """Learns a mean; its loss is that of the clips it is shown."""

    codec = Pixels()

    def __init__(self):
        super().__init__()
        self.mean = tf.Variable(0.0)

    def players(self):
        return {"generator": [self.mean], "discriminator": []}

    def turn(self, step):
        return Turn(("generator", "discriminator"), ("lazy",) if step % 2 == 0 else ())

    def gradients(self, batch, seed, samples, turn):
        value = tf.reduce_mean(batch.video, [1, 2, 3, 4]) - self.mean
        terms = {player: {"near": tf.square(value)} for player in turn.players}
        if turn.due:
            terms["generator"]["lazy"] = tf.ones_like(value)
        report = Report(terms, {"logits/real": {"near": value}})
        return {"generator": [-2 * tf.reduce_mean(value)]}, report

    def gradient_norms(self, gradients):
        return {"generator": tf.abs(gradients["generator"][0])}

    def apply(self, gradients):
        self.mean.assign_sub(0.1 * gradients["generator"][0])

    def after_step(self, statistics, turn):
        pass


def clips():
    video = tf.constant(np.full([2, 2, 4, 4, 3], 200, np.uint8))
    return Clips(video, video[..., :0], tf.zeros([2], tf.int32), tf.range(2, dtype=tf.int64))


class Recorder:
    """Takes the place of the summaries."""

    def __init__(self):
        self.logged, self.flushes = {}, 0

    def scalars(self, step, values):
        self.logged[step] = values

    def flush(self):
        self.flushes += 1


@pytest.fixture
def run(tmp_path):
    """A function that trains a Toy; it keeps what was shown, logged and saved as attributes."""

    def train(start=0, batches=None, **flags):
        config = ExperimentConfig(
            **{"batch_size": 2, "checkpoint_interval": 2, "summary_interval": 2} | flags
        )
        checkpoints = Checkpoints(tmp_path, Toy(), keep=100)
        data = [clips()] * 100 if batches is None else batches
        loop.train(
            train.model,
            Task("generation"),
            data,
            config,
            start,
            checkpoints,
            train.summaries,
            train,
            [(config.sample_interval, train.shown.append), (4, train.scored.append)],
        )

    def check(step, report):
        seen = report["terms", "generator", "near"]
        return {("health", "steps"): step, ("health", "seen"): seen}

    train.check, train.scored = check, []
    train.model, train.summaries, train.shown, train.folder = Toy(), Recorder(), [], tmp_path
    return train


def test_what_is_due_when(run):
    run(steps=7, sample_interval=3)
    assert run.shown == [3, 6, 7]
    assert run.scored == [4, 7]
    assert saved_steps(run.folder) == [7, 6, 4, 2]
    assert list(run.summaries.logged) == [2, 4, 6, 7]
    assert run.summaries.flushes == 4
    assert float(run.model.mean) > 0.3


def test_a_run_that_is_done_does_nothing(run):
    run(start=7, steps=7)
    assert saved_steps(run.folder) == []
    assert not run.summaries.logged


def test_scalars_are_means_since_the_last_ones(run):
    run(steps=4, summary_interval=4)
    values = run.summaries.logged[4]
    assert values["terms/generator/lazy"] == 1.0  # Two of the four steps had it.
    goal = 200 / 127.5 - 1
    errors = [goal * 0.8**step for step in range(4)]
    np.testing.assert_allclose(values["terms/generator/near"], np.mean(np.square(errors)), 1e-5)
    np.testing.assert_allclose(values["logits/real/near"], np.mean(errors), 1e-5)
    np.testing.assert_allclose(values["gradient_norm/generator"], 2 * np.mean(errors), 1e-5)
    assert values["speed/clips_per_second"] > 0
    assert 0 <= values["cost/input"] <= 1
    assert values["cost/flow"] == 0
    assert values["health/steps"] == 4
    assert values["health/seen"] == values["terms/generator/near"]


class Pending:
    """A scalar that a device is still working on: who wants it waits."""

    def __init__(self, future):
        self._future = future

    def __tf_tensor__(self, dtype=None, name=None):
        return tf.constant(self._future.result(), dtype, name=name)


def test_steps_follow_each_other_without_waiting_for_scalars(run, monkeypatch):
    """The device goes on with a step until the batch after the next is asked for."""
    asked = [threading.Event() for _ in range(6)]

    def work(step):
        if step not in (3, 5):  # Something is due after these.
            assert asked[step + 1].wait(timeout=20)
        return float(step)

    def batches():
        for event in asked:
            event.set()
            yield clips()

    with ThreadPoolExecutor(1) as device:
        numbers = itertools.count()

        def compile_step(*about):
            def step(clips, turn):
                pending = Pending(device.submit(work, next(numbers)))
                return {"terms": {"generator": {"near": pending}}}

            return step

        monkeypatch.setattr(loop, "compile_step", compile_step)
        run(batches=batches(), steps=6, summary_interval=6, checkpoint_interval=6)
    assert run.summaries.logged[6]["terms/generator/near"] == np.mean(range(6))


def test_progress_as_lines_says_the_time_left(run, capsys):
    run(steps=4)
    said = capsys.readouterr().out.splitlines()
    first, last = (line for line in said if line.startswith("step"))
    number = r"-?\d+\.\d{3}"
    assert re.fullmatch(
        rf"step 2/4  50%  generator {number}  discriminator {number}  "
        r"\d+\.\d clips/s  \d+:\d\d left",
        first,
    )
    assert last.startswith("step 4/4 100%")
    assert last.endswith(" 0:00 left")


def test_time_left_is_that_of_the_steps_left(monkeypatch, capsys):
    clock = iter([0.0, 2.0, 3.0, 10.0])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    meter = progress.Meter(start=100, steps=400, batch_size=8, players=["generator"])
    with meter.timing("health"):
        pass
    meter.add({("terms", "generator", "bce"): 1.0})
    assert meter.read(110, flow_seconds=2.5) == {
        ("terms", "generator", "bce"): 1.0,
        ("speed", "clips_per_second"): 8.0,
        ("cost", "input"): 0.0,
        ("cost", "health"): 0.1,
        ("cost", "samples"): 0.0,
        ("cost", "flow"): 0.25,
    }
    assert capsys.readouterr().out.endswith("8.0 clips/s  4:50 left\n")


def test_progress_on_a_terminal_is_a_bar(monkeypatch, capsys):
    monkeypatch.setattr(progress.sys.stdout, "isatty", lambda: True, raising=False)
    meter = progress.Meter(start=0, steps=4, batch_size=8, players=["generator"])
    meter.add({("terms", "generator", "bce"): 1.0})
    meter.read(2, flow_seconds=0.0)
    out = capsys.readouterr().out
    assert "2/4" in out
    assert "generator: 1.0" in out


TERMS = {("terms", "generator", "bce"): 1.0}


@pytest.mark.parametrize("path", [("terms", "discriminator", "r1"), ("logits/real", "conv3d")])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_guard_names_step_term_and_last_checkpoint(path, value):
    guard, name = loop.Guard("float16", start=250), "/".join(path)
    with pytest.raises(DivergedError, match=f"at step 268: {name} isn't finite.*step 250"):
        guard.check(267, TERMS | {path: value})


def gradient(norm):
    return TERMS | {("gradient_norm", "generator"): norm}


def test_reports_by_path_are_floats():
    nested = {"terms": {"generator": {"bce": tf.constant(0.5)}}, "count": tf.constant(3)}
    assert loop.by_path(nested) == {("terms", "generator", "bce"): 0.5, ("count",): 3.0}
    assert loop.by_path({"logits/held_out": {}}) == {}, "a model without critics says nothing"


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_guard_stops_at_the_first_bad_gradient(precision):
    guard = loop.Guard(precision, start=0)
    found = {("terms", "generator", "bce"): 1.0, ("gradient_norm", "generator"): 2.0}
    assert guard.check(0, gradient(2.0)) == found
    with pytest.raises(DivergedError, match="step 2: gradient_norm/generator isn't finite"):
        guard.check(1, gradient(np.inf))


def test_guard_bears_with_float16_for_nineteen_overflows():
    guard = loop.Guard("float16", start=0)
    for _ in range(19):
        assert guard.check(0, gradient(np.inf)) == {("terms", "generator", "bce"): 1.0}
    guard.check(0, gradient(1.0))
    for _ in range(19):
        guard.check(0, gradient(np.inf))
    with pytest.raises(DivergedError, match="gradient_norm/generator"):
        guard.check(0, gradient(np.inf))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_lets_the_step_finish_and_saves(run, monkeypatch, capsys, number, code):
    add = progress.Meter.add

    def interrupt(self, report):
        interrupt.steps += 1
        if interrupt.steps == 3:
            os.kill(os.getpid(), number)
        add(self, report)

    interrupt.steps = 0
    monkeypatch.setattr(progress.Meter, "add", interrupt)
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as caught:
        run(steps=100, checkpoint_interval=50)
    assert caught.value.code == code
    assert saved_steps(run.folder) == [4]  # The third report is read once that is under way.
    assert run.summaries.flushes == 1
    name = signal.Signals(number).name
    assert capsys.readouterr().err == f"{name}: saved step 4; the same command goes on\n"
    assert signal.getsignal(number) == before


def test_a_second_ctrl_c_leaves_at_once():
    with pytest.raises(KeyboardInterrupt), loop.Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGINT)
        assert interruption
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("still here")


def test_a_second_sigterm_changes_nothing():
    with loop.Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(SystemExit) as caught:
            interruption.leave(1)
    assert caught.value.code == 143


BROKEN_LOSS = """
import tensorflow as tf
from vgan.data.pipeline import Clips
from vgan.losses import kinds
from vgan.models.codec import Pixels

def broken():
    def loss(video, batch, seed, samples):
        wrong = tf.where(samples >= 12, float("nan"), 1.0)  # From the fourth step on.
        return wrong * tf.reduce_mean(video, [1, 2, 3, 4])
    return loss

broken.__module__ = "vgan.losses.kinds"
kinds.broken = broken
"""


def test_what_is_not_finite_never_reaches_a_checkpoint(command, tiny, as_flags, tmp_path):
    assert not hasattr(kinds, "broken")
    flags = tiny | {"steps": 9, "losses": "0.1*broken()", "checkpoint_interval": 1}
    done = command(
        "vgan.train",
        *as_flags(flags),
        f"--workdir={tmp_path}/run",
        before=BROKEN_LOSS,
    )
    assert done.code == 3
    (line,) = done.err.splitlines()
    assert line.startswith("vgan: error: training diverged at step 4: terms/generator/broken")
    assert "The last good checkpoint is step 3;" in line
    folder = tmp_path / "run" / "checkpoints"
    assert saved_steps(folder) == [3, 2, 1]
    for step in saved_steps(folder):
        reader = tf.train.load_checkpoint(str(folder / f"ckpt-{step}"))
        for name, kind in reader.get_variable_to_dtype_map().items():
            if kind.is_floating:
                assert np.isfinite(reader.get_tensor(name)).all(), name


def test_init_from_takes_the_newest_good_networks_alone(
    command, tiny, tiny_run, as_flags, tmp_path
):
    source, workdir = shutil.copytree(tiny_run, tmp_path / "source"), tmp_path / "run"
    damaged = source / "checkpoints" / "ckpt-4.index"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    flags = tiny | {"init_from": source, "learning_rate": 0.1, "seed": 5}
    no_steps = "from vgan.training import loop; loop.train = lambda *args: None"
    done = command("vgan.train", *as_flags(flags), f"--workdir={workdir}", before=no_steps)
    assert done.code == 0, done.err
    assert f"training {workdir} from step 0 to 4" in done.out
    assert "ckpt-4' is damaged" in done.err
    old, new = (
        tf.train.load_checkpoint(str(folder / "checkpoints" / name))
        for folder, name in ((tiny_run, "ckpt-2"), (workdir, "ckpt-0"))
    )
    networks, others = 0, 0
    for name in old.get_variable_to_shape_map():
        if name.startswith("_CHECK") or "learning_rate" in name:
            continue
        # TensorFlow names the critics' variables by the optimizer that refers to them.
        if re.match("synthesizer/(generator|average|critic_modules)/|.*_trainable_variables", name):
            networks += 1
            np.testing.assert_array_equal(new.get_tensor(name), old.get_tensor(name), name)
        else:
            others += 1
            assert not np.any(new.get_tensor(name)), name
    assert networks > 10
    assert others > 10


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"init_from": "{nowhere}"}, "--init_from='{nowhere}': no checkpoint in it"),
        (
            {"generator": "conv3d(latent_dim=9, channels=4)"},
            "ckpt-4': it is of another model",
        ),
        (
            {"discriminator": "conv3d(channels=4) + frames2d(channels=4)"},
            "ckpt-4': it is of another model",
        ),
    ],
)
def test_init_from_what_does_not_fit(command, tiny, tiny_run, as_flags, tmp_path, change, text):
    nowhere = tmp_path / "nowhere"
    flags = tiny | {"init_from": tiny_run} | change
    flags["init_from"] = str(flags["init_from"]).format(nowhere=nowhere)
    done = command("vgan.train", *as_flags(flags), f"--workdir={tmp_path}/run")
    assert done.code == 4, done.err
    line = done.err.splitlines()[-1]
    assert text.format(nowhere=nowhere) in line and "error: --init_from=" in line
    assert saved_steps(tmp_path / "run" / "checkpoints") == []
