"""Predicts each frame of a clip by the two before it: Recycle-GAN's reference of time."""

import keras
import tensorflow as tf
from keras import layers

from vgan.models.passes import through

WIDTH = 32


def predictor(shape):
    """A small network [N, H, W, 2 C] -> the next frame [N, H, W, C], for clips of a shape.

    It adds to the later of the two frames, and begins with nothing to add.
    """
    _, height, width, channels = shape
    pair = keras.Input((height, width, 2 * channels), name="pair")
    x = pair
    for _ in range(3):
        x = layers.LeakyReLU(0.2)(layers.Conv2D(WIDTH, 3, padding="same")(x))
    change = layers.Conv2D(
        channels, 3, padding="same", kernel_initializer="zeros", dtype="float32"
    )(x)
    return keras.Model(pair, pair[..., channels:] + change, name="predictor")


def predicted(network, video):
    """Clips whose first two frames are as they are, each later one predicted by two real ones."""
    pairs = tf.concat([video[:, :-2], video[:, 1:-1]], -1)
    flat = tf.reshape(pairs, [-1, *pairs.shape[2:]])
    found = tf.reshape(through(network, flat), tf.shape(video[:, 2:]))
    return tf.concat([video[:, :2], tf.cast(found, video.dtype)], 1)
