"""What narrow places latents go through: with noise and a cost, or onto a few levels."""

import math
import typing

import numpy as np
import tensorflow as tf

from vgan.core import randomness
from vgan.core.arguments import check_number
from vgan.core.errors import UsageError
from vgan.models.game.encoding import divergence


class Bottleneck(typing.NamedTuple):
    """A way through.

    Attributes:
      moments: how many numbers an encoder says of each latent.
      settle: numbers [B, ..., moments * d] -> latents [B, ..., d], the same each time.
      draw: the same, seed, samples -> latents as in training, and their cost in nats a number, [B].
      bits: the same -> bits of each clip, [B].
      span: what brings latents into about [-1, 1].
      grid: distance of levels there, float32 [d], or None where there are none.
    """

    moments: int
    settle: typing.Callable
    draw: typing.Callable
    bits: typing.Callable
    span: float
    grid: typing.Any = None


def normal():
    """Latents with normal noise, whose divergence from a standard normal distribution costs.

    The encoder's means have variance 1 by batch statistics, so the noise says how much is kept.

    Source: Kingma and Welling, "Auto-Encoding Variational Bayes", 2014, appendix B.
    """

    def parts(numbers):
        mean, log_variance = tf.split(numbers, 2, axis=-1)
        return mean, tf.clip_by_value(log_variance, -12.0, 4.0)

    def draw(numbers, seed, samples):
        mean, log_variance = parts(numbers)
        noise = randomness.normal(seed, randomness.POSTERIOR, samples, mean.shape[1:])
        cost = tf.reduce_mean(divergence(mean, log_variance), [1, 2, 3, 4])
        return mean + tf.exp(0.5 * log_variance) * noise, cost

    def bits(numbers):
        nats = tf.reduce_sum(divergence(*parts(numbers)), [1, 2, 3, 4])
        return nats / math.log(2)

    return Bottleneck(2, lambda numbers: parts(numbers)[0], draw, bits, span=3.0)


def finite(levels):
    """Each number of a place on one of some levels in [-1, 1]; gradients pass as if it weren't.

    Args:
      levels: how many each has, 2 or more; (8, 5, 5, 5) are 1,000 codes.

    Source: Mentzer et al., "Finite Scalar Quantization: VQ-VAE Made Simple", 2023, figure 2 and
    appendix A.1.
    """
    if not levels or any(type(number) is not int or not 2 <= number <= 256 for number in levels):
        raise UsageError(
            f"--model=autoencoder(levels={levels!r}): must be whole numbers of 2 to 256, e.g. "
            "(8, 5, 5, 5)"
        )
    counts = tf.constant(levels, tf.float32)
    half, offset = (counts - 1) * 0.5 * (1 + 1e-3), tf.where(counts % 2 == 0, 0.5, 0.0)
    rate = math.log2(math.prod(levels))

    def settle(numbers):
        bounded = tf.tanh(numbers + tf.atanh(offset / half)) * half - offset
        rounded = bounded + tf.stop_gradient(tf.round(bounded) - bounded)
        return rounded / (counts // 2)

    def draw(numbers, seed, samples):
        del seed
        return settle(numbers), tf.zeros(tf.shape(samples))

    def bits(numbers):
        places = math.prod(numbers.shape[1:4])
        return tf.fill(tf.shape(numbers)[:1], tf.constant(rate * places, tf.float32))

    return Bottleneck(1, settle, draw, bits, 1.0, 1 / np.float32([n // 2 for n in levels]))


def of_arguments(kl, levels):
    """The Bottleneck of a family's arguments; raises UsageError."""
    if kl is not None:
        check_number("--model=autoencoder", least=0, kl=kl)
        if levels:
            raise UsageError(
                f"--model=autoencoder(kl={kl!r}, levels={levels!r}): levels cost nothing. Give one "
                "of the two"
            )
    return finite(tuple(levels)) if levels else normal()
