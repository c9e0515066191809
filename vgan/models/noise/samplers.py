"""How clips are drawn: each a factory of a Sampler, which goes from noise at t = 1 to t = 0."""

import typing

import tensorflow as tf

from vgan.core.arguments import check_number, check_whole
from vgan.models import loops


class Sampler(typing.NamedTuple):
    """A way down.

    Attributes:
      step: (x, level, next_level, found, path) -> x there; found: (x, level) -> clip, noise.
      last: the same, to where there is no noise.
      steps: how many.
      guidance: how much further than the class says clips go, 1 for as far; 0 without a class.
    """

    step: typing.Callable
    last: typing.Callable
    steps: int
    guidance: float = 1.0

    def descend(self, noise, found, path):
        """Clips float32 [B, T, H, W, C] out of noise of that shape.

        Args:
          found: (x, level scalar) -> the clip and the noise in it.
        """
        levels = tf.linspace(1.0, 0.0, self.steps + 1)

        def body(number, x):
            return self.step(x, levels[number], levels[number + 1], found, path)

        x = loops.repeated(body, noise, self.steps - 1)
        return self.last(x, levels[-2], levels[-1], found, path)


def euler(steps=25, guidance=1.0):
    """Straight on along the velocity at each level, `steps` evaluations."""
    return _checked("euler", _straight_on, _straight_on, steps, guidance)


def heun(steps=12, guidance=1.0):
    """Along the mean of the velocity here and where it leads: second order, two evaluations a step.

    The last step is one of euler's, since there is no velocity where there is no noise.

    Source: Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models",
    2022, algorithm 1.
    """

    def step(x, level, after, found, path):
        here = _velocity(x, level, found, path)
        there = _velocity(x + (after - level) * here, after, found, path)
        return x + (after - level) * (here + there) / 2

    return _checked("heun", step, _straight_on, steps, guidance)


def ddim(steps=50, guidance=1.0):
    """The clip and the noise that are found, mixed anew for the next level.

    Source: Song et al., "Denoising Diffusion Implicit Models", 2021, equation 12, sigma = 0.
    """

    def step(x, level, after, found, path):
        return path.mixed(*found(x, level), after)

    return _checked("ddim", step, step, steps, guidance)


def _straight_on(x, level, after, found, path):
    return x + (after - level) * _velocity(x, level, found, path)


def _velocity(x, level, found, path):
    video, noise = found(x, level)
    signal, spread = path.rates(level)
    return signal * video + spread * noise


def _checked(name, step, last, steps, guidance):
    check_whole(f"--sampler={name}", 1, steps=steps)
    check_number(f"--sampler={name}", least=0, guidance=guidance)
    return Sampler(step, last, steps, guidance)
