"""The training loop."""

import signal
import sys

import numpy as np
import tensorflow as tf

from vgan.clip import Batch, to_float
from vgan.errors import DivergedError
from vgan.given import parted
from vgan.training.progress import Meter

SKIPS_IN_A_ROW = 20
"""How many overflows of float16 gradients in a row are a divergence."""


def train(synthesizer, task, data, config, start, checkpoints, summaries, health, routines):
    """Trains from step `start` to `config.steps`.

    Args:
      synthesizer: a models.synthesizer.Synthesizer, restored to step `start`.
      task: given.Task, which says what is given of each clip.
      data: iterable of (video uint8 [B, T, H, W, 3 or 6], label int32 [B], samples int64 [B]), and
        the clips' flow and where it can be followed, if that is asked of pipeline.batches.
      config: config.ExperimentConfig.
      start: number of steps done.
      checkpoints: checkpoints.Checkpoints.
      summaries: summaries.Summaries.
      health: health.Health.
      routines: list of (interval, function); called with the step each so many, and at the end.
    Raises:
      DivergedError: a term or gradient isn't finite; it never reaches a checkpoint.
      SystemExit: SIGTERM or Ctrl-C came, after the step was finished and saved.
    """
    train_step = compile_step(synthesizer, task, config.seed)
    meter = Meter(start, config.steps, config.batch_size)
    guard = Guard(config.precision, start)
    batches = iter(data)
    with Interruption() as interruption:
        for step in range(start, config.steps):
            with meter.timing("input"):
                batch = next(batches)
            report = train_step(*batch, turn=synthesizer.turn(step))
            meter.add(guard.check(step, report))
            done = step + 1
            if done % config.summary_interval == 0 or done == config.steps:
                means = meter.read(done, synthesizer.host_seconds)
                with meter.timing("health"):
                    means |= health.check(done, means)
                summaries.scalars(done, means)
            for interval, routine in routines:
                if done % interval == 0 or done == config.steps:
                    with meter.timing("samples"):
                        routine(done)
            if done % config.checkpoint_interval == 0 or done == config.steps or interruption:
                summaries.flush()
                checkpoints.save(done)
                guard.last_checkpoint = done
            interruption.leave_if_asked(done)


def compile_step(synthesizer, task, seed):
    """The step as a function (video, label, samples, *flow, turn) -> {name: batch mean}."""

    @tf.function
    def train_step(video, label, samples, *flow, turn):
        video = to_float(video)
        batch = Batch(parted(video)[0], task(video, seed, samples), label, *flow)
        terms, statistics, norms = {}, {}, {}
        for part in turn.rounds():
            gradients, *found = synthesizer.gradients(batch, seed, samples, part)
            norms |= synthesizer.gradient_norms(gradients)
            synthesizer.apply(gradients)
            terms, statistics = terms | found[0], statistics | found[1]
        synthesizer.after_step(statistics, turn)
        means = {f"terms/{name}": tf.reduce_mean(value) for name, value in terms.items()}
        means |= {name: tf.reduce_mean(value) for name, value in statistics.items()}
        return means | {f"gradient_norm/{player}": norm for player, norm in norms.items()}

    return train_step


class Guard:
    """Stops a run at the first value that isn't finite, before it reaches a checkpoint."""

    def __init__(self, precision, start):
        self._skips_allowed = SKIPS_IN_A_ROW if precision == "float16" else 1
        self._skips = 0
        self.last_checkpoint = start

    def check(self, step, report):
        """The report as floats, without overflowed gradient norms; raises DivergedError."""
        report = {name: float(value) for name, value in report.items()}
        broken = [name for name, value in report.items() if not np.isfinite(value)]
        overflows = [name for name in broken if name.startswith("gradient_norm/")]
        self._skips = self._skips + 1 if overflows else 0
        if len(broken) > len(overflows) or self._skips >= self._skips_allowed:
            raise DivergedError(
                f"training diverged at step {step + 1}: {', '.join(broken)} isn't finite. "
                f"The last good checkpoint is step {self.last_checkpoint}; lower --learning_rate, "
                "or add --r1_gamma, in another --workdir"
            )
        return {name: value for name, value in report.items() if name not in broken}


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

    def leave_if_asked(self, step):
        """Raises SystemExit with the shell's code for the signal that came, if one did."""
        if self._signal is not None:
            name = signal.Signals(self._signal).name
            print(f"{name}: saved step {step}; the same command goes on", file=sys.stderr)
            sys.exit(128 + self._signal)

    def _note(self, number, frame):
        del frame
        if self._signal == number == signal.SIGINT:
            raise KeyboardInterrupt
        self._signal = number
