"""On which devices a run trains: one, or several that take each step together."""

import contextlib
import functools

import tensorflow as tf

from vgan.core.errors import WorkersError

_GONE = tuple(
    getattr(tf.errors, f"{name}Error")
    for name in "Unavailable Aborted Cancelled DeadlineExceeded FailedPrecondition Internal".split()
)
"""What TensorFlow raises where a worker doesn't answer."""


class One:
    """The device that TensorFlow chooses, alone.

    Attributes:
      worker, workers: which process this is of those that take each step together; the first one
        alone writes what is to be kept.
      devices: of this process.
    """

    worker, workers, devices = 0, 1, 1

    def awaited(self):
        """A context that raises WorkersError where other workers are gone."""
        return contextlib.nullcontext()

    def scope(self):
        """A context in which models are built."""
        return contextlib.nullcontext()

    def ahead(self, data):
        """A dataset whose elements are brought to a GPU, if there is one, before they are due."""
        gpus = tf.config.list_logical_devices("GPU")
        fetch = tf.data.experimental.prefetch_to_device
        return data.apply(fetch(gpus[0].name, 2)) if gpus else data

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

    def told(self, number):
        """What all workers give for a whole number, a list; returns once all of them have."""
        return [number]


ONE = One()


class Several:
    """Devices that have the same weights, each of which takes gradients of its share of the clips.

    Args:
      strategy: a tf.distribute.Strategy.
      worker, workers: as of One.
    """

    def __init__(self, strategy, worker=0, workers=1):
        self.strategy, self.worker, self.workers = strategy, worker, workers
        self.devices = strategy.num_replicas_in_sync // workers

    @contextlib.contextmanager
    def awaited(self):
        """As of One."""
        try:
            yield
        except _GONE as error:
            if self.workers == 1:
                raise
            raise WorkersError(
                f"another worker is gone, or out of step ({str(error).partition(chr(10))[0]}). The "
                "same command on all goes on from the last checkpoint"
            ) from error

    def scope(self):
        """As of One."""
        return self.strategy.scope()

    def ahead(self, data):
        """As of One; here they are brought to their devices when they are shared."""
        return data

    def shares(self, clips):
        """As of One: the first clips for the first device, and so on."""

        def divided(value):
            if value is None:
                return None
            parts = iter(tf.split(value, self.devices))
            return self.strategy.experimental_distribute_values_from_function(
                lambda context: next(parts)
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

    def told(self, number):
        """As of One."""
        if self.workers == 1:
            return [number]
        each = self.strategy.experimental_distribute_values_from_function(
            lambda context: tf.constant([number], tf.int64)
        )
        return self._gather(each).numpy()[:: self.devices].tolist()

    @functools.cached_property
    def _gather(self):
        return tf.function(lambda each: self.strategy.gather(each, axis=0), autograph=False)
