"""Loss features: by them a made clip is compared with the real one that it should be."""

import keras
import tensorflow as tf

from vgan.core.clip import Seen
from vgan.core.errors import UsageError
from vgan.models.passes import through
from vgan.networks import vgg19
from vgan.networks.critic import random_frames


class CriticFeatures:
    """What all rectifiers of the critics, set by `attach`, give as they are at the time."""

    def attach(self, critics):
        """Sets the critics, networks.critic.Critic; raises UsageError if none sees pictures."""
        pictures = [critic for critic in critics if not critic.needs_flow]
        if not pictures:
            raise UsageError(
                "--losses: network='critics' compares what critics of pictures see, and "
                "--discriminator names none. Add one, such as frames2d"
            )
        self._critics = [(critic, _rectifiers(critic.network)) for critic in pictures]

    def __call__(self, video, batch, seed, samples):
        """A list of features [B * n, ...], n inputs of a clip next to each other."""
        found = []
        for critic, network in self._critics:
            inputs = critic.inputs(Seen(video), batch.condition, seed, samples)
            labels = tf.repeat(batch.label, tf.shape(inputs)[0] // tf.shape(batch.label)[0])
            found += tf.nest.flatten(through(network, [inputs, labels]))
        return found


def _rectifiers(network):
    """A model of the inputs of a network whose outputs are those of its leaky rectifiers."""
    rectifiers = (of for of in network.layers if isinstance(of, keras.layers.LeakyReLU))
    return keras.Model(network.inputs, [layer.output for layer in rectifiers])


class Vgg19Features:
    """What VGG19 sees in some random frames of each clip.

    Args:
      weights: as of networks.vgg19.features, whose errors it raises.
      frames: of each clip.
    """

    def __init__(self, weights, frames):
        self._features, self._view = vgg19.features(weights), random_frames(frames)

    def __call__(self, video, batch, seed, samples):
        """A list of features [B * frames, H, W, C]."""
        return self._features(self._view(video, seed, samples))
