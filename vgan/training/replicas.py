"""On which devices a run trains: one, or several that take each step together."""

import contextlib
import re

import tensorflow as tf

from vgan.core.errors import UsageError


class One:
    """The device that TensorFlow chooses, alone."""

    def scope(self):
        """A context in which models are built."""
        return contextlib.nullcontext()

    def shares(self, clips):
        """Clips as `run` takes them."""
        return clips

    def run(self, function, clips):
        """What a function says of clips."""
        return function(clips)

    def mean(self, gradients):
        """Gradients by player of all clips, of those of each device's."""
        return gradients

    def whole(self, values):
        """Nested values [B] of all clips, of those of each device's."""
        return values


ONE = One()


def of_flag(text, batch_size):
    """One or Several for --devices; makes several CPUs of one before TensorFlow computes.

    Args:
      text: "", "all", "cpu:N" or "gpu:0,1"; "all" are all GPUs, or the CPU where there are none.
      batch_size: clips a step, of which each device takes as many.
    Raises:
      UsageError: devices that there aren't, or can't be made, as in a notebook, where TensorFlow
        has computed already; or shares that aren't equal.
    """
    kind, names = _read(text)
    if kind == "cpu" and len(names) > 1:
        _divide_cpu(len(names))
    known = tf.config.list_logical_devices(kind.upper())
    if names is None:
        names = list(range(len(known)))
    if lacking := [name for name in names if name >= len(known)]:
        raise UsageError(
            f"--devices={text}: there is no {kind} {lacking[0]}. There are {len(known)}; CPUs can "
            "only be made before TensorFlow computes, as by python -m vgan.train"
        )
    if batch_size % len(names):
        raise UsageError(
            f"--devices={text}: --batch_size={batch_size} can't be shared by {len(names)} equally. "
            "Give a multiple"
        )
    if len(names) < 2:
        return ONE
    return Several(tf.distribute.MirroredStrategy([f"{kind.upper()}:{name}" for name in names]))


def _divide_cpu(number):
    (cpu,) = tf.config.list_physical_devices("CPU")
    with contextlib.suppress(RuntimeError):  # TensorFlow computes already, maybe with as many.
        logical = [tf.config.LogicalDeviceConfiguration()] * number
        tf.config.set_logical_device_configuration(cpu, logical)


def _read(text):
    """The kind of devices that a flag names, and their numbers, None for all."""
    if text in ("", "all"):
        gpus = tf.config.list_physical_devices("GPU")
        return ("gpu", None if text else [0]) if gpus else ("cpu", [0])
    if found := re.fullmatch(r"cpu:([1-9]\d?)", text):
        return "cpu", list(range(int(found[1])))
    if found := re.fullmatch(r"gpu:(\d+(,\d+)*)", text):
        numbers = list(map(int, found[1].split(",")))
        if len(set(numbers)) == len(numbers):
            return "gpu", numbers
    raise UsageError(f"--devices={text}: can't be read. Give all, cpu:2, or gpu:0,1")


class Several:
    """Devices that have the same weights, each of which takes gradients of its share of the clips.

    Args:
      strategy: a tf.distribute.Strategy.
    """

    def __init__(self, strategy):
        self.strategy, self.number = strategy, strategy.num_replicas_in_sync

    def scope(self):
        """As of One."""
        return self.strategy.scope()

    def shares(self, clips):
        """As of One: the first clips for the first device, and so on."""

        def divided(value):
            if value is None:
                return None
            parts = tf.split(value, self.number)
            return self.strategy.experimental_distribute_values_from_function(
                lambda context: parts[context.replica_id_in_sync_group]
            )

        return type(clips)(*map(divided, clips))

    def run(self, function, clips):
        """As of One, which the devices must agree on."""
        found = self.strategy.run(function, (clips,))
        first = self.strategy.experimental_local_results
        return tf.nest.map_structure(lambda value: first(value)[0], found)

    def mean(self, gradients):
        """As of One, within a function that is run."""
        flat = tf.nest.flatten(gradients)
        # Those of a table of classes may be slices.
        known = [tf.convert_to_tensor(value) for value in flat if value is not None]
        context = tf.distribute.get_replica_context()
        means = iter(context.all_reduce(tf.distribute.ReduceOp.MEAN, known))
        flat = [value if value is None else next(means) for value in flat]
        return tf.nest.pack_sequence_as(gradients, flat)

    def whole(self, values):
        """As of One, within a function that is run."""
        context = tf.distribute.get_replica_context()
        return tf.nest.map_structure(lambda value: context.all_gather(value, 0), values)
