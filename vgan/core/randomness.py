"""Stateless randomness: every draw is a function of (seed, stream, global sample number).

So clip i of a seed is the same whatever the batch size, the number of clips, or where a run was
resumed. The generator is philox by name, which gives the same numbers on every device.
"""

import tensorflow as tf

(
    TRAINING, SAMPLING, VIEWS, PAIRS, DATA, MIXES, AUGMENTATION, NOISE, TASKS, GIVEN,
    POSTERIOR, LEVELS, FIELDS, POOL,
) = range(14)  # fmt: skip
STREAMS = 16
"""The most there can be: a key is that many times the seed, plus the stream."""


def normal(seed, stream, samples, shape):
    """Standard normal numbers.

    Args:
      seed: int, or int64 scalar.
      stream: one of the streams above, so that two uses of a seed never share numbers.
      samples: int64 [B], global sample numbers.
      shape: of the draw for one sample.
    Returns:
      float32 [B, *shape].
    """
    return _draw(tf.random.stateless_normal, seed, stream, samples, shape)


def uniform(seed, stream, samples, shape):
    """Uniform numbers in [0, 1); arguments and result as `normal`."""
    return _draw(tf.random.stateless_uniform, seed, stream, samples, shape)


def _draw(distribution, seed, stream, samples, shape):
    key = tf.cast(seed, tf.int64) * STREAMS + stream

    def one(sample):
        return distribution(shape, tf.stack([key, sample]), alg="philox")

    return tf.map_fn(one, tf.cast(samples, tf.int64), fn_output_signature=tf.float32)
