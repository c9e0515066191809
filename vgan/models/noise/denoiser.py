"""Models that make clips by taking noise away, step by step."""

import tensorflow as tf

from vgan.core import randomness
from vgan.models import replicas
from vgan.models.average import Averaged, follow
from vgan.models.codec import put_back
from vgan.models.passes import through
from vgan.models.synthesizer import Report, Turn

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""At which held-out clips are looked at."""

MOST = 1.0
"""Norm at which gradients are cut."""


class Denoiser(Averaged):
    """An averaged network, and a way to draw clips with it.

    Args:
      average: keras.Model, [x, level, condition, label] -> what the target asks for.
      path: paths.Path; target: paths.Target.
      sampler: samplers.Sampler.
      num_labels: of classes; the network knows that number as none of them.
    """

    def __init__(self, average, path, target, sampler, num_labels=0):
        super().__init__(average)
        self._path, self._target, self._sampler = path, target, sampler
        self._num_labels = num_labels

    @property
    def knows_motion(self):
        """It doesn't."""
        return False

    def sample(self, latents, condition, label):
        """Clips float32 [B, T, H, W, C] out of noise of that shape."""

        def found(x, level):
            x = put_back(x, condition)
            levels = levels_of(tf.fill(tf.shape(x)[:2], level), condition)
            return self._both(x, levels, condition, label)

        return put_back(self._sampler.descend(latents, found, self._path), condition)

    def _both(self, x, levels, condition, label):
        """The clip and the noise that the averaged network finds in x."""
        guidance = self._sampler.guidance
        said = self.average([x, levels, condition, label], training=False)
        if guidance != 1:
            none = tf.fill(tf.shape(label), self._num_labels)
            freely = self.average([x, levels, condition, none], training=False)
            said = freely + guidance * (said - freely)
        return self._target.both(self._path, x, said, _over_pixels(levels))


class Denoising(Denoiser):
    """A network that learns to take noise away, and its running average.

    Args:
      network, average: keras.Models of one build, the second one as of Denoiser.
      optimizer: keras optimizer.
      draw_levels: (seed, samples, shape) -> levels [B, *shape] in [0, 1].
      dropped: in how many of the clips the class isn't said, so that guidance can do without it.
      ema_decay: of the average, reached by a ramp.
      learning_rate: step -> rate.
      **drawing: as of Denoiser.
    """

    flow_estimator = None

    def __init__(
        self, network, average, optimizer, draw_levels, dropped, ema_decay, learning_rate, **drawing
    ):
        super().__init__(average, **drawing)
        self.network, self.optimizer = network, optimizer
        self.average.set_weights(network.get_weights())
        self._draw_levels, self._dropped = draw_levels, dropped
        self._ema_decay, self._learning_rate = ema_decay, learning_rate
        self.steps = tf.Variable(0, dtype=tf.int64, trainable=False, name="steps")
        optimizer.build(network.trainable_variables)

    def networks(self):
        """What another run can begin with: {attribute: network}."""
        return {"network": self.network, "average": self.average}

    def players(self):
        """The trainable variables of its one player."""
        return {"denoiser": self.network.trainable_variables}

    def turn(self, step):
        """The same in each step."""
        return Turn(("denoiser",))

    def gradients(self, batch, seed, samples, turn):
        """Gradients by player, and the Report: how far off the target it is."""
        label = batch.label
        if self._num_labels:
            chance = randomness.uniform(seed, randomness.VIEWS, samples, [])
            label = tf.where(chance < self._dropped, self._num_labels, label)
        levels = self._levels(seed, samples, batch)
        with tf.GradientTape() as tape:
            term = self._term(self.network, batch._replace(label=label), levels, seed, samples)
            total = self.optimizer.scale_loss(tf.reduce_mean(term))
        found = tape.gradient(total, self.network.trainable_variables)
        return {"denoiser": found}, Report({"denoiser": {"target": term}}, {})

    def _levels(self, seed, samples, batch):
        """A level for each frame, [B, T]: half of the clips have one for all frames.

        Source: Chen et al., "Diffusion Forcing", 2024, section 3, for the other half.
        """
        each = self._draw_levels(seed, samples, [batch.video.shape[1]])
        alike = randomness.uniform(seed, randomness.LEVELS, samples, [1]) < 0.5
        return levels_of(tf.where(alike, each[:, :1], each), batch.condition)

    def _term(self, network, batch, levels, seed, samples):
        """The mean squared error of the target, of what isn't given: float32 [B]."""
        video, condition = tf.cast(batch.video, tf.float32), batch.condition
        noise = randomness.normal(seed, randomness.NOISE, samples, video.shape[1:])
        over = _over_pixels(levels)
        x = put_back(self._path.mixed(video, noise, over), condition)
        said = through(network, [x, levels, condition, batch.label])
        return missed(said, self._target.of(self._path, video, noise, over), condition)

    def apply(self, gradients):
        """Takes a step, along gradients cut at a norm."""
        (found,) = gradients.values()
        found, _ = tf.clip_by_global_norm(found, MOST * self.optimizer.scale_loss(1.0))
        self.optimizer.learning_rate.assign(self._learning_rate(self.steps))
        self.optimizer.apply(replicas.share(found), self.network.trainable_variables)

    def gradient_norms(self, gradients):
        """The global norm of its gradients, free of loss scaling, before it is cut."""
        scale = self.optimizer.scale_loss(1.0)
        return {"denoiser": tf.linalg.global_norm(gradients["denoiser"]) / scale}

    def after_step(self, statistics, turn):
        """Moves the average."""
        follow(self.average, self.network, self.steps, self._ema_decay)
        self.steps.assign_add(1)

    def held_out(self, batch, seed, samples):
        """How far off the target the average is for held-out clips, level by level."""

        def off(level):
            levels = levels_of(tf.fill(batch.video.shape[:2], level), batch.condition)
            return self._term(self.average, batch, levels, seed, samples)

        # A loop, so that the network is traced once; one at a time, for the memory of one.
        terms = tf.unstack(tf.map_fn(off, tf.constant(LEVELS), parallel_iterations=1))
        return {"target/held_out": dict(zip(map(str, LEVELS), terms, strict=True))}

    def implausibility(self, made, real, condition, label, seed, samples):
        """Nothing: it judges no clips."""
        return tf.zeros(tf.shape(label)[:1])

    def detectors(self):
        """None of its own."""
        return ()

    def advice(self):
        """Nothing beside what training says."""
        return {}

    def symptoms(self, means):
        """Nothing beside what is logged."""
        return {}


def missed(said, target, condition):
    """The mean squared error of what a network says, of what isn't given: float32 [B]."""
    off = tf.square(tf.cast(said, tf.float32) - target)
    if not condition.shape[-1]:
        return tf.reduce_mean(off, [1, 2, 3, 4])
    hidden = tf.cast(condition[..., -1:] <= 0.5, tf.float32)
    share = tf.maximum(tf.reduce_mean(hidden, [1, 2, 3, 4]), 1e-3)
    return tf.reduce_mean(off * hidden, [1, 2, 3, 4]) / share


def levels_of(levels, condition):
    """Levels [B, T], but 0 for frames that are given whole."""
    if not condition.shape[-1]:
        return levels
    given = tf.reduce_all(condition[..., -1] > 0.5, [2, 3])
    return tf.where(given, 0.0, levels)


def _over_pixels(levels):
    return levels[:, :, None, None, None]
