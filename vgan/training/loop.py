"""The training loop."""

import signal
import sys
from contextlib import nullcontext

import numpy as np
import tensorflow as tf

from vgan.core.clip import Batch, to_float
from vgan.core.errors import DivergedError
from vgan.models.passes import passes
from vgan.motion.compensation import take_seconds
from vgan.training.accumulation import accumulated
from vgan.training.progress import Meter, announced
from vgan.training.replicas import ONE

SKIPS_IN_A_ROW = 20
"""How many overflows of float16 gradients in a row are a divergence."""


def train(synthesizer, task, data, config, start, checkpoints, summaries, health, routines, on=ONE):
    """Trains from step `start` to `config.steps`.

    Args:
      synthesizer: a models.synthesizer.Synthesizer, restored to step `start`.
      task: tasks.task.Task, which says what is given of each clip.
      data: iterable of data.pipeline.Clips.
      config: config.ExperimentConfig.
      start: number of steps done.
      checkpoints: checkpoints.Checkpoints.
      summaries: summaries.Summaries.
      health: health.Health; what keeps and tells anything, such as these, is the first worker's.
      routines: list of (interval, function); called with the step at each interval and at the end.
      on: replicas.One or Several, in whose scope the synthesizer was built.
    Raises:
      DivergedError: a term or gradient isn't finite; it never reaches a checkpoint.
      SystemExit: SIGTERM or Ctrl-C came, after the step was finished and saved.
    """
    how = config.accumulate, config.recompute, config.jit, on
    train_step = compile_step(synthesizer, task, config.seed, *how)
    meter = Meter(start, config.steps, config.batch_size, synthesizer.players())
    guard = Guard(config.precision, start)
    reports = Reports(lambda step, report: meter.add(guard.check(step, report)))
    batches, writes = iter(data), on.worker == 0
    # The same for all workers, so that a bad value ends them at the same step.
    intervals = [config.summary_interval, config.checkpoint_interval, config.sample_interval]
    intervals += [config.eval_interval] if config.eval_interval else []
    intervals += dict(routines)

    def due(done, *intervals):
        return done == config.steps or any(done % interval == 0 for interval in intervals)

    with Interruption() as interruption:
        for step in range(start, config.steps):
            with meter.timing("input"):
                clips = on.shares(next(batches))
            with announced("building the graph of a step") if step == start else nullcontext():
                reports.put(step, train_step(clips, turn=synthesizer.turn(step)))
            done = step + 1
            stops = any(on.told(bool(interruption)))
            if stops or due(done, *intervals):
                reports.read()
            if writes and due(done, config.summary_interval):
                means = meter.read(done, take_seconds())
                with meter.timing("health"):
                    means |= health.check(done, means)
                summaries.scalars(done, {"/".join(path): of for path, of in means.items()})
            for interval, routine in routines:
                if due(done, interval):
                    with meter.timing("samples"):
                        routine(done)
            if stops or due(done, config.checkpoint_interval):
                reports.read()
                if writes:
                    summaries.flush()
                    checkpoints.save(done)
                on.told(done)  # Nobody goes on before it is written.
                guard.last_checkpoint = done
            if stops:
                interruption.leave(done)


def batch_of(synthesizer, task, seed, clips):
    """The Batch of data.pipeline.Clips: pixels enter a model here and nowhere else."""
    video, source = to_float(clips.video), to_float(clips.source)
    codec, condition = synthesizer.codec, task(video, seed, clips.samples, source)
    encoded, condition = codec.encode(video), codec.shown(condition)
    return Batch(encoded, condition, clips.label, clips.flow, clips.visible, source)


def compile_step(synthesizer, task, seed, accumulate=1, recompute=False, jit=False, on=ONE):
    """The step as a function (data.pipeline.Clips, turn) -> {name: {...: batch mean}}, nested.

    Gradients are taken in `accumulate` parts of the batch, one after another, by passes as
    `models.passes.passes` has them, and on the devices of replicas.One or Several, which takes
    their shares of the clips.

    It is traced without AutoGraph, whose search for branches took half the time to the first step:
    losses, tasks and the like choose by tf.where or tf.cond, not by Python's if on a tensor.
    """
    gradients_of = accumulated(synthesizer, accumulate)
    players = synthesizer.players()

    def taken(clips, turn):
        batch = batch_of(synthesizer, task, seed, clips)
        terms, statistics, norms = {}, {}, {}
        for part in turn.rounds():
            with passes(recompute, jit):
                gradients, report = gradients_of(batch, seed, clips.samples, part)
            together = {name: of for name, of in gradients.items() if name in players}
            others = {name: of for name, of in gradients.items() if name not in players}
            gradients = on.mean(together) | on.whole(others)
            norms |= synthesizer.gradient_norms(gradients)
            synthesizer.apply(gradients)
            terms, statistics = terms | report.terms, statistics | report.statistics
        return on.whole((terms, statistics)), norms

    @tf.function(autograph=False)
    def train_step(clips, turn):
        with on.scope():
            (terms, statistics), norms = on.run(lambda clips: taken(clips, turn), clips)
            synthesizer.after_step(statistics, turn)
        means = tf.nest.map_structure(tf.reduce_mean, {"terms": terms} | statistics)
        return means | {"gradient_norm": norms}

    return train_step


def by_path(nested):
    """The values of nested dicts as floats, {path of names: value}, from one transfer."""
    found = _flat(nested)
    if not found:
        return {}
    values = tf.stack([tf.cast(value, tf.float32) for value in found.values()]).numpy()
    return dict(zip(found, values.tolist(), strict=True))


def _flat(nested, path=()):
    found = {}
    for name, of in nested.items():
        found |= _flat(of, (*path, name)) if isinstance(of, dict) else {(*path, name): of}
    return found


class Reports:
    """Reads each step's report once the next one is under way, so that no device waits for it.

    Args:
      take: (step, report by path) -> None, in the order of steps.
    """

    def __init__(self, take):
        self._take, self._waiting = take, None

    def put(self, step, report):
        """Takes what a step gave, and reads the one before."""
        before, self._waiting = self._waiting, (step, report)
        self._give(before)

    def read(self):
        """Reads all, before anything is made of the weights."""
        before, self._waiting = self._waiting, None
        self._give(before)

    def _give(self, waiting):
        if waiting is not None:
            step, report = waiting
            self._take(step, by_path(report))


class Guard:
    """Stops a run at the first value that isn't finite, before it reaches a checkpoint."""

    def __init__(self, precision, start):
        self._skips_allowed = SKIPS_IN_A_ROW if precision == "float16" else 1
        self._skips = 0
        self.last_checkpoint = start

    def check(self, step, report):
        """A step's report by path, without overflowed gradient norms; raises DivergedError."""
        broken = [path for path, value in report.items() if not np.isfinite(value)]
        overflows = [path for path in broken if path[0] == "gradient_norm"]
        self._skips = self._skips + 1 if overflows else 0
        if len(broken) > len(overflows) or self._skips >= self._skips_allowed:
            raise DivergedError(
                f"training diverged at step {step + 1}: {', '.join(map('/'.join, broken))} isn't "
                "finite. "
                f"The last good checkpoint is step {self.last_checkpoint}; lower --learning_rate, "
                "or with critics add --r1_gamma, in another --workdir"
            )
        return {path: value for path, value in report.items() if path not in broken}


class Interruption:
    """Lets a step finish when SIGTERM or Ctrl-C comes; a second Ctrl-C leaves at once."""

    def __enter__(self):
        self._signal = None
        self._before = {s: signal.signal(s, self._note) for s in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, *unused):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def __bool__(self):
        return self._signal is not None

    def leave(self, step):
        """Raises SystemExit with the shell's code for the signal that came, here or elsewhere."""
        name = "another worker was stopped"
        if self._signal is not None:
            name = signal.Signals(self._signal).name
        print(f"{name}: saved step {step}; the same command goes on", file=sys.stderr)
        sys.exit(128 + (self._signal or signal.SIGTERM))

    def _note(self, number, frame):
        del frame
        if self._signal == number == signal.SIGINT:
            raise KeyboardInterrupt
        self._signal = number
