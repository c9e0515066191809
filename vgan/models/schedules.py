"""Learning-rate schedules: each a factory of `factor(step, steps)` -> float32 scalar in [0, 1].

The rate of a step is `--learning_rate` times the factor. `step` is the number of steps done,
`steps` that of the whole run.
"""

import math

import tensorflow as tf

from vgan.core.arguments import check_number, check_whole


def constant(warmup=0):
    """1 throughout."""
    return _warmed("constant", warmup, lambda share: tf.ones_like(share))


def linear(start=0.5, end=0.0, warmup=0):
    """1 up to the share `start` of the run, then a straight line down to `end`."""
    check_number("linear", least=0, most=1, start=start, end=end)

    def factor(share):
        return 1 - (1 - end) * tf.nn.relu(share - start) / max(1 - start, 1e-6)

    return _warmed("linear", warmup, factor)


def cosine(end=0.0, warmup=0):
    """Half a cosine wave from 1 down to `end`.

    Source: Loshchilov and Hutter, "SGDR", 2017, equation 5, without restarts.
    """
    check_number("cosine", least=0, most=1, end=end)
    return _warmed(
        "cosine", warmup, lambda share: end + (1 - end) * 0.5 * (1 + tf.cos(math.pi * share))
    )


def _warmed(name, warmup, factor):
    """The factor of the run's share, below a straight line up over the first `warmup` steps."""
    check_whole(name, 0, warmup=warmup)

    def warmed(step, steps):
        step = tf.cast(step, tf.float32)
        share = tf.minimum(step / steps, 1.0)
        return factor(share) * tf.minimum((step + 1) / (warmup + 1), 1.0)

    return warmed
