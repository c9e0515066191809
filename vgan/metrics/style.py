"""What pictures have in common with others: their style, and what is where in them.

Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016,
equations 1 to 5; each term as a share of what is wanted, so that features of any scale weigh alike.
"""

import itertools
import math

import numpy as np
import tensorflow as tf

from vgan.core.clip import to_float
from vgan.media.source import open_video

LEAST = 1e-3
"""Mean square of features below which a share of them says little."""

FRAMES = 8
"""Of a video that shows a style, so many are looked at."""


class Style:
    """How far the Gram matrices of pictures are from those of a style.

    Args:
      features: of vgan.networks, a function of pictures -> a list of features.
      pictures: float32 [N, H, W, 3] in [-1, 1] that show the style.
    """

    def __init__(self, features, pictures):
        self._features = features
        self._wanted = [tf.reduce_mean(gram(of), 0) for of in features(tf.constant(pictures))]

    def __call__(self, pictures):
        """Float32 [N]: 0 for the style's own, 1 for what has none."""
        found = [
            tf.reduce_sum(tf.square(gram(of) - wanted), [1, 2]) / tf.reduce_sum(tf.square(wanted))
            for of, wanted in zip(self._features(pictures), self._wanted, strict=True)
        ]
        return tf.add_n(found) / len(found)


def content(features, pictures, wanted):
    """How far the coarsest features of pictures are from those of others, float32 [N]."""
    found, kept = (tf.cast(features(of)[-1], tf.float32) for of in (pictures, wanted))
    off = tf.reduce_mean(tf.square(found - kept), [1, 2, 3])
    # Of plain gray nothing is to be kept but that it is plain.
    return off / (tf.reduce_mean(tf.square(kept), [1, 2, 3]) + LEAST)


def of_file(path, short_side):
    """Pictures of a style, from a picture or a video, float32 [N, H, W, 3] in [-1, 1].

    Args:
      path: of the file.
      short_side: in pixels, to which they are brought.
    Raises:
      DataError: it can't be read.
    """
    source = open_video(path)
    height, width = source.size
    scale = short_side / min(height, width)
    size = [max(1, round(scale * side)) for side in (height, width)]
    every = max(1, (source.num_frames or 1) // FRAMES)
    chosen = itertools.islice(source, 0, every * FRAMES, every)
    frames = to_float(np.stack(list(chosen)))
    return tf.image.resize(frames, size, "area" if scale < 1 else "bicubic").numpy()


def gram(features):
    """Mean products of the channels of features [N, ..., C] over all places: [N, C, C]."""
    features = tf.cast(features, tf.float32)
    flat = tf.reshape(features, [tf.shape(features)[0], -1, features.shape[-1]])
    places = tf.cast(math.prod(features.shape[1:-1]), flat.dtype)
    return tf.matmul(flat, flat, transpose_a=True) / places
