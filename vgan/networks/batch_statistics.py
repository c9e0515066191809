"""Layers that see the whole batch: through them the clips of a batch depend on each other."""

import math

import keras
import tensorflow as tf
from keras import ops

from vgan.models import passes, replicas
from vgan.models.synthesizer import MovedLayer


@keras.saving.register_keras_serializable(package="vgan")
class BatchNorm(MovedLayer, keras.layers.Layer):
    """Brings each channel to mean 0 and variance 1, then to a learnt scale and offset.

    A training call uses the mean and variance of its batch, on all devices, in float32, and changes
    no variable. It
    leaves them, the variance unbiased, to `after_step`, which has to run in the same trace and
    alone moves the averages that other calls use.

    Args:
      momentum: share of the averages that a step keeps, in [0, 1).
      epsilon: added to the variance.
      affine: learn a scale and an offset; without, channels stay at 0 and 1.

    Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015, algorithms 1 and 2.
    """

    def __init__(self, momentum=0.9, epsilon=1e-5, affine=True, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon, self.affine = momentum, epsilon, affine
        self._last = None

    def build(self, input_shape):
        alike = {"shape": input_shape[-1:], "autocast": False, "dtype": "float32"}
        learnt = alike | {"trainable": self.affine}
        self.gamma = self.add_weight(name="gamma", initializer="ones", **learnt)
        self.beta = self.add_weight(name="beta", initializer="zeros", **learnt)
        alike["trainable"] = False
        self.mean = self.add_weight(name="mean", initializer="zeros", **alike)
        self.variance = self.add_weight(name="variance", initializer="ones", **alike)

    def call(self, x, training=False):
        if training and replicas.number() > 1:
            return self._of_all_devices(x)
        how = {} if training else {"mean": self.mean.value, "variance": self.variance.value}
        how |= {"epsilon": self.epsilon, "is_training": bool(training)}
        flat, fused = ops.reshape(x, (1, 1, -1, x.shape[-1])), tf.compat.v1.nn.fused_batch_norm
        # One fused operation: four times as fast here as a formula of keras.ops.
        y, *found = fused(flat, self.gamma.value, self.beta.value, **how)
        if training and not passes.is_again():
            self._last = tuple(found)  # A list would be tracked by Keras as state.
        return ops.reshape(y, ops.shape(x))

    def _of_all_devices(self, x):
        axes, number = list(range(len(x.shape) - 1)), replicas.number()
        exact = ops.cast(x, "float32")
        mean = replicas.mean(tf.reduce_mean(exact, axes))
        variance = replicas.mean(tf.reduce_mean(tf.square(exact - mean), axes))
        y = (exact - mean) * tf.math.rsqrt(variance + self.epsilon) * self.gamma + self.beta
        values = ops.cast(number * tf.size(x, tf.int64) // x.shape[-1], "float32")
        if not passes.is_again():
            self._last = mean, variance * values / (values - 1)
        return ops.cast(y, x.dtype)

    def after_step(self):
        """Moves the averages towards the last training call's statistics, if there was one."""
        if self._last is None:
            return
        for average, value in zip((self.mean, self.variance), self._last, strict=True):
            average.assign(self.momentum * average.value + (1.0 - self.momentum) * value)
        self._last = None

    def get_config(self):
        config = {"momentum": self.momentum, "epsilon": self.epsilon, "affine": self.affine}
        return super().get_config() | config


@keras.saving.register_keras_serializable(package="vgan")
class MinibatchStd(keras.layers.Layer):
    """Appends a channel that says how much the clips of a group differ.

    It is the standard deviation of each feature over the group, averaged over all features and
    positions, so it is the same everywhere in the group. The members of a group lie as far apart
    in the batch as possible, so that they aren't frames of one clip. A channel of zeros keeps their
    number even: oneDNN's bfloat16 convolutions of 129 channels, (3, 4, 4) strided (1, 2, 2), wrote
    NaN into what the last pixel of the last clip reaches, once in a hundred steps of training and
    never in a test of it alone. With 130 channels they didn't in 500 steps.

    Args:
      group: how many rows of the batch are compared; a batch that isn't a multiple of it is one
        group.

    Source: Karras et al., "Progressive Growing of GANs", ICLR 2018, section 3.
    """

    def __init__(self, group=4, **kwargs):
        super().__init__(**kwargs)
        self.group = group

    def call(self, x):
        rows, features = ops.shape(x)[0], math.prod(x.shape[1:])
        group = ops.where(rows % self.group == 0, self.group, rows)
        members = ops.reshape(ops.cast(x, "float32"), (group, -1, features))
        # The slope of a square root is infinite at 0, where all members are equal.
        deviation = ops.mean(ops.sqrt(ops.var(members, axis=0) + 1e-8), axis=-1)
        each = ops.reshape(ops.tile(deviation, [group]), (-1,) + (1,) * (len(x.shape) - 1))
        channel = ops.ones_like(x[..., :1]) * ops.cast(each, x.dtype)
        even = [ops.zeros_like(channel)] * (1 - x.shape[-1] % 2)
        return ops.concatenate([x, channel, *even], axis=-1)

    def get_config(self):
        return super().get_config() | {"group": self.group}
