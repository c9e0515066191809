"""Loss features: by them a made clip is compared with the real one that it should be."""

import math

import keras
import tensorflow as tf

from vgan.core.clip import Seen, to_levels
from vgan.core.errors import UsageError
from vgan.networks.critic import random_frames

VGG19_LAYERS = ("block1_conv2", "block2_conv2", "block3_conv4", "block4_conv4")
"""The last convolution of each size that clips of 32 pixels still have."""


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
            found += tf.nest.flatten(network([inputs, labels], training=True))
        return found


def _rectifiers(network):
    """A model of the inputs of a network whose outputs are those of its leaky rectifiers."""
    rectifiers = (of for of in network.layers if isinstance(of, keras.layers.LeakyReLU))
    return keras.Model(network.inputs, [layer.output for layer in rectifiers])


class Vgg19Features:
    """What VGG19 sees in some random frames of each clip.

    Args:
      weights: "imagenet", or the path of a file of weights without the classifier.
      frames: of each clip.
    Raises:
      UsageError: the weights can't be loaded.

    Source: Simonyan and Zisserman, "Very Deep Convolutional Networks", 2015.
    """

    def __init__(self, weights, frames):
        if not isinstance(weights, str):
            raise UsageError(f"weights={weights!r}: must be 'imagenet', or a path in quotes")
        try:
            vgg = keras.applications.VGG19(include_top=False, weights=weights)
        except Exception as error:  # Downloads and files fail in many ways.
            raise UsageError(
                f"--losses: the weights {weights!r} of vgg19 can't be had ({error}). Give the path "
                "of a file of them as weights='...', or network='critics'"
            ) from None
        vgg.trainable = False
        outputs = [vgg.get_layer(name).output for name in VGG19_LAYERS]
        self._network, self._view = keras.Model(vgg.inputs, outputs), random_frames(frames)

    def __call__(self, video, batch, seed, samples):
        """A list of features [B * frames, H, W, C]."""
        pictures = to_levels(self._view(video, seed, samples))
        return self._network(keras.applications.vgg19.preprocess_input(pictures), training=False)


def gram(features):
    """Mean products of the channels of features [N, ..., C] over all places: [N, C, C]."""
    flat = tf.reshape(features, [tf.shape(features)[0], -1, features.shape[-1]])
    places = tf.cast(math.prod(features.shape[1:-1]), flat.dtype)
    return tf.matmul(flat, flat, transpose_a=True) / places
