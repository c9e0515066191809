"""What a clip is to have in common with the one that it is made of."""

import tensorflow as tf

from vgan.core.clip import to_levels

DARK = 8.0
"""Grey levels of light below which a colour counts less and less."""


class Difference:
    """The mean absolute difference of what is seen of a clip and of what it is made of; a Loss's.

    Args:
      see: videos [B, T, H, W, C] in [-1, 1] -> tensor [B, ...].
    """

    def __init__(self, see):
        self._see = see

    def __call__(self, video, batch, seed, samples):
        off = tf.abs(self._see(video) - self._see(batch.condition[..., :-1]))
        return tf.reduce_mean(off, list(range(1, len(off.shape))))


def means(size):
    """A function from videos to their means over squares of `size` pixels each way."""

    def see(video):
        squares = 1, size, size
        return tf.nn.avg_pool3d(tf.cast(video, tf.float32), squares, squares, "SAME")

    return see


def hues(size):
    """A function from videos to the shares that colours have in the light of such squares."""
    averaged = means(size)

    def see(video):
        levels = to_levels(averaged(video))
        return levels / (tf.reduce_sum(levels, -1, keepdims=True) + DARK)

    return see
