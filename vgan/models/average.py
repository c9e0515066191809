"""The running average of a network's weights, from which clips are drawn."""

import tensorflow as tf

from vgan.models.codec import Pixels
from vgan.models.motion import knows_motion, with_motion


def follow(average, network, steps, decay):
    """Moves the trainable weights of an average towards those of the network it follows.

    Args:
      average, network: keras.Model of one build.
      steps: scalar, how many are done.
      decay: reached by a ramp, (1 + steps) / (10 + steps).
    """
    done = tf.cast(steps, tf.float32)
    decay = tf.minimum(decay, (1.0 + done) / (10.0 + done))
    both = average.trainable_variables, network.trainable_variables
    for mean, value in zip(*both, strict=True):
        mean.assign(mean + (1.0 - decay) * (value - mean))


def copy_state(average, network):
    """Gives an average what a network keeps beside its trainable weights."""
    both = average.non_trainable_variables, network.non_trainable_variables
    for mean, value in zip(*both, strict=True):
        mean.assign(value)


class Averaged(tf.Module):
    """An averaged generator alone: all that drawing needs.

    Args:
      average: keras.Model, [latents, condition, label] -> clips.
    """

    codec = Pixels()
    encodes = False

    def __init__(self, average):
        super().__init__()
        self.average = average

    @property
    def sampling_networks(self):
        """The networks that `sample` uses."""
        return [self.average]

    @property
    def latent_shape(self):
        """The shape of one clip's latents."""
        return list(self.average.inputs[0].shape[1:])

    def sample(self, latents, condition, label):
        """Clips float32 [B, T, H, W, C] in [-1, 1]."""
        return self.average([latents, condition, label], training=False)

    @property
    def knows_motion(self):
        """Whether its network knows how its clips move."""
        return knows_motion(self.average)

    def sample_with_motion(self, latents, condition, label):
        """Clips, their flow and their masks, as `motion.with_motion` has them."""
        return with_motion(self.average)([latents, condition, label], training=False)
