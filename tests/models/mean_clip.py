"""A family of models that lives in the tests alone: the mean of all clips, plus noise."""

import keras
import tensorflow as tf

from vgan.models.average import Averaged, follow
from vgan.models.parts import Family
from vgan.models.synthesizer import Report, Turn


class MeanPlusNoise(keras.layers.Layer):
    """A clip that is learnt, plus a tenth of the latents."""

    def __init__(self, size):
        super().__init__()
        self.mean = self.add_weight(shape=size, initializer="zeros", name="mean")

    def call(self, latents):
        return keras.ops.clip(self.mean + 0.1 * latents, -1, 1)


def network(size):
    latents, condition = keras.Input(size), keras.Input((*size[:3], 0))
    label = keras.Input((), dtype="int32")
    return keras.Model([latents, condition, label], MeanPlusNoise(size)(latents))


class MeanClip(Averaged):
    def __init__(self, network, average, optimizer, ema_decay):
        super().__init__(average)
        self.network, self.optimizer, self._ema_decay = network, optimizer, ema_decay
        self.steps = tf.Variable(0, dtype=tf.int64, trainable=False)
        optimizer.build(network.trainable_variables)

    flow_estimator = None

    def networks(self):
        return {"network": self.network, "average": self.average}

    def players(self):
        return {"mean": self.network.trainable_variables}

    def turn(self, step):
        return Turn(("mean",))

    def gradients(self, batch, seed, samples, turn):
        with tf.GradientTape() as tape:
            term = self._distance(batch.video)
            total = tf.reduce_mean(term)
        gradients = tape.gradient(total, self.network.trainable_variables)
        return {"mean": gradients}, Report({"mean": {"distance": term}}, {})

    def _distance(self, video):
        (mean,) = self.network.trainable_variables
        return tf.reduce_mean(tf.square(video - mean), [1, 2, 3, 4])

    def apply(self, gradients):
        self.optimizer.apply(gradients["mean"], self.network.trainable_variables)

    def gradient_norms(self, gradients):
        return {"mean": tf.linalg.global_norm(gradients["mean"])}

    def after_step(self, statistics, turn):
        follow(self.average, self.network, self.steps, self._ema_decay)
        self.steps.assign_add(1)

    def held_out(self, batch, seed, samples):
        return {"held_out": {"distance": self._distance(batch.video)}}

    def implausibility(self, made, real, condition, label, seed, samples):
        return tf.zeros([made.shape[0]])

    def detectors(self):
        return ()

    def advice(self):
        return {}

    def symptoms(self, means):
        return {}


def family():
    """The mean of all clips, plus noise."""

    def model(parts):
        size, config = parts.config.clip.shape, parts.config
        return MeanClip(network(size), network(size), parts.optimizer(), config.ema_decay)

    def sampler(parts):
        return Averaged(network(parts.config.clip.shape))

    return Family(model, sampler)
