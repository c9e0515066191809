"""Paths from clips to noise: x_t = a(t) x + s(t) e, from x at t = 0 to noise e at t = 1."""

import math
import typing

import tensorflow as tf


class Path(typing.NamedTuple):
    """How much of a clip, and of noise, is in x_t, and how fast both change.

    Attributes:
      signal, noise: level in [0, 1] -> a, s.
      rates: level -> their derivatives.
    """

    signal: typing.Callable
    noise: typing.Callable
    rates: typing.Callable

    def mixed(self, video, noise, level):
        """x_t of clips and noise [B, T, H, W, C] at levels [B, T, 1, 1, 1]."""
        return self.signal(level) * video + self.noise(level) * noise


def straight():
    """x_t = (1 - t) x + t e.

    Source: Liu et al., "Flow Straight and Fast: Learning to Generate and Transfer Data with
    Rectified Flow", 2023, equation 1.
    """
    return Path(lambda t: 1 - t, lambda t: t, lambda t: (-tf.ones_like(t), tf.ones_like(t)))


def cosine():
    """Signal and noise are the cosine and sine of an angle that grows evenly.

    Source: Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models", 2021, eq. 17,
    without its offset; Salimans and Ho, "Progressive Distillation", 2022, appendix D.
    """
    quarter = math.pi / 2

    def rates(t):
        return -quarter * tf.sin(quarter * t), quarter * tf.cos(quarter * t)

    return Path(lambda t: tf.cos(quarter * t), lambda t: tf.sin(quarter * t), rates)


def linear(first=0.1, last=20.0):
    """What a step adds to the variance grows evenly, as in the first diffusion models.

    a = exp(-(first t + (last - first) t^2 / 2) / 2): the limit of a thousand steps of Ho et al.,
    whose betas go from 1e-4 to 0.02.

    Source: Song et al., "Score-Based Generative Modeling through Stochastic Differential
    Equations", 2021, equation 33.
    """

    def exponent(t):
        return first * t + (last - first) * t * t / 2

    def noise(t):
        return tf.sqrt(-tf.math.expm1(-exponent(t)) + 1e-12)

    def rates(t):
        beta, signal = first + (last - first) * t, tf.exp(-exponent(t) / 2)
        return -beta * signal / 2, beta * signal * signal / (2 * noise(t))

    return Path(lambda t: tf.exp(-exponent(t) / 2), noise, rates)


class Target(typing.NamedTuple):
    """What a network is to say of x_t.

    Attributes:
      of: (path, video, noise, level) -> it.
      both: (path, x_t, it, level) -> the clip and the noise that it means.
    """

    of: typing.Callable
    both: typing.Callable


def _velocity(path, video, noise, level):
    signal, spread = path.rates(level)
    return signal * video + spread * noise


def _both_of_velocity(path, x, velocity, level):
    """Solves x = a v + s e and velocity = a' v + s' e."""
    a, s = path.signal(level), path.noise(level)
    da, ds = path.rates(level)
    det = a * ds - s * da
    return (ds * x - s * velocity) / det, (a * velocity - da * x) / det


VELOCITY = Target(_velocity, _both_of_velocity)
"""How x_t changes with t: e - x on the straight path."""

V = Target(
    lambda path, video, noise, level: path.signal(level) * noise - path.noise(level) * video,
    lambda path, x, v, level: (
        path.signal(level) * x - path.noise(level) * v,
        path.noise(level) * x + path.signal(level) * v,
    ),
)
"""Of a path on the circle a^2 + s^2 = 1. Source: Salimans and Ho, 2022, appendix D."""


def _both_of_noise(path, x, noise, level):
    a, s = path.signal(level), path.noise(level)
    # Where there is hardly any signal, what is found of it is not to leave the range of clips.
    video = tf.clip_by_value((x - s * noise) / tf.maximum(a, 1e-4), -1.0, 1.0)
    return video, (x - a * video) / tf.maximum(s, 1e-4)


NOISE = Target(lambda path, video, noise, level: noise, _both_of_noise)
"""Source: Ho et al., "Denoising Diffusion Probabilistic Models", 2020, equation 14."""
