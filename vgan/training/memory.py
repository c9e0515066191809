"""How much memory a step takes: measured on one clip, and told before the first step."""

import contextlib
import math
from pathlib import Path

import psutil
import tensorflow as tf

from vgan.core.errors import UsageError
from vgan.data import pipeline
from vgan.models.passes import passes
from vgan.training import loop
from vgan.training.accumulation import accumulated
from vgan.training.replicas import ONE

LARGE = 2**21
"""Values of the clips that are in memory together, from which it is worth the time to measure."""

_GIB = 2**30
_CGROUP = Path("/sys/fs/cgroup")


def check(synthesizer, task, windows, config, on=ONE):
    """Says what the clips of a step will take, where they are large.

    Beside it, a process has TensorFlow and its graphs, half a GiB to two. On a CPU the kernel ends
    one that takes more than there is, without a word.

    Args:
      synthesizer: models.synthesizer.Synthesizer.
      task: tasks.task.Task.
      windows: of the train split.
      config: config.ExperimentConfig.
      on: replicas.One or Several, which share the clips.
    Raises:
      UsageError: it is more than there is.
    """
    # CPUs of one machine share its memory.
    shares = on.workers * (on.devices if tf.config.list_physical_devices("GPU") else 1)
    together = config.batch_size // config.accumulate // shares
    if together * math.prod(config.clip.shape) < LARGE:
        return
    try:
        needed = of_step(synthesizer, task, windows, config, together)
    except _UncountedError:
        return
    told = f"a step of {config.batch_size} clips of {config.clip} takes about {_text(needed)}"
    free = None if tf.config.list_physical_devices("GPU") else available()
    if free is None or needed <= free:
        print(told if free is None else f"{told} of {_text(free)}", flush=True)
        return
    raise UsageError(
        f"--batch_size={config.batch_size}: {told}, and {_text(free)} are free. "
        f"{_advice(config, on)}"
    )


@contextlib.contextmanager
def enough(config, on=ONE):
    """A context that raises UsageError for a step for which a device has too little memory."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        if "No space left" in str(error):  # A full disk has the same class.
            raise
        raise UsageError(
            f"--batch_size={config.batch_size}: the device has too little memory for a step of "
            f"clips of {config.clip}. {_advice(config, on)}"
        ) from error


def _advice(config, on):
    most = config.batch_size // (on.workers * on.devices)
    ways = [f"--accumulate={most}"] if most > config.accumulate else []
    ways += [] if config.recompute else ["--recompute"]
    return f"Give {', '.join([*ways, 'a smaller --height and --width'])}, or narrower networks"


def _text(size):
    return f"{size / _GIB:.1f} GiB"


def of_step(synthesizer, task, windows, config, together):
    """Bytes that a step takes beside what there was: of so many clips together, and of the others.

    It is measured on one clip, or on two, one after the other, where --accumulate adds up.
    """
    parts = min(config.accumulate, 2)
    others = config.batch_size - together if parts > 1 else 0
    clip = 4 * math.prod(config.clip.shape)  # In floating point.
    return together * _of_gradients(synthesizer, task, windows, config, parts) + 2 * others * clip


def _of_gradients(synthesizer, task, windows, config, parts):
    about = config.augment, synthesizer.flow_estimator
    (clips,) = pipeline.batches(windows, parts, config.seed, 0, *about).take(1)
    gradients_of = accumulated(synthesizer, parts)

    @tf.function(autograph=False)
    def gradients(clips):
        batch = loop.batch_of(synthesizer, task, config.seed, clips)
        (first, *_) = synthesizer.turn(0).rounds()
        with passes(config.recompute, config.jit):
            return gradients_of(batch, config.seed, clips.samples, first)

    gradients(clips)  # What is made once doesn't count.
    with peak() as found:
        gradients(clips)
    return found[0]


@contextlib.contextmanager
def peak():
    """A context that gives a list: the most bytes that tensors take in it beside those before it.

    On several devices it is those of the first one.
    """
    (device, *_) = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    name, found = device.name.removeprefix("/device:"), []
    before = _counted(name)["current"]
    tf.config.experimental.reset_memory_stats(name)
    yield found
    found.append(_counted(name)["peak"] - before)


class _UncountedError(Exception):
    """TensorFlow doesn't count what it takes on this kind of device."""


def _counted(name):
    try:
        return tf.config.experimental.get_memory_info(name)
    except ValueError:
        raise _UncountedError from None


def available():
    """Bytes that this process may still take: of the machine, and of its control group."""
    free = psutil.virtual_memory().available
    with contextlib.suppress(OSError, ValueError):  # There is none, or without a bound.
        limit, used = (int((_CGROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        lines = (line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
        kept = dict(lines)["inactive_file"]  # What was read of files is given up when need be.
        free = min(free, limit - used + int(kept))
    return free
