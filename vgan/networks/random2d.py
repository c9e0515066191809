"""What random filters of several sizes see in pictures: features without weights to be had.

Source: Ustyuzhaninov et al., "Texture Synthesis Using Shallow Convolutional Networks with Random
Filters", 2016, whose filters of several sizes on one picture are those of one size on a pyramid.
"""

import numpy as np
import tensorflow as tf

from vgan.core.arguments import check_whole

_SIZE = 7
_LEVELS = 4
_SEED = 0


def features(channels=64):
    """Rectified random filters on a picture and on smaller ones of it, and their colours.

    Args:
      channels: filters of each size.
    Returns:
      a function of pictures float32 [N, H, W, 3] in [-1, 1] -> a list of features, the coarsest
      last, which says what is where.
    """
    check_whole("random2d", 1, 4096, channels=channels)
    random = np.random.default_rng(_SEED)
    filters = random.normal(size=(_LEVELS, _SIZE, _SIZE, 3, channels)) / np.sqrt(3 * _SIZE**2)
    # Without their mean they see edges alone; colours stand beside them.
    filters -= filters.mean(axis=(1, 2), keepdims=True)
    filters = tf.constant(filters, tf.float32)

    def seen(pictures):
        found = []
        for level in range(_LEVELS):
            if level:
                pictures = tf.nn.avg_pool2d(pictures, 2, 2, "SAME")
            edges = tf.nn.relu(tf.nn.conv2d(_framed(pictures), filters[level], 1, "VALID"))
            found.append(tf.concat([pictures, 4 * edges], -1))
        return found

    return seen


def _framed(pictures):
    """Pictures whose borders are replicated, so that no frame is seen as an edge."""
    index = [
        tf.clip_by_value(tf.range(-(_SIZE // 2), size + _SIZE // 2), 0, size - 1)
        for size in pictures.shape[1:3]
    ]
    return tf.gather(tf.gather(pictures, index[0], axis=1), index[1], axis=2)
