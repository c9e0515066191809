"""Samplers on a Gaussian, whose way from noise is known."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.errors import UsageError
from vgan.models.noise import paths, samplers

MEAN, DEVIATION = 0.6, 0.3


def expected(path):
    """What is known of a clip of normal numbers when x is seen."""

    def found(x, level):
        a, s = path.signal(level), path.noise(level)
        off = (x - a * MEAN) / (a * a * DEVIATION**2 + s * s)
        return MEAN + a * DEVIATION**2 * off, s * off

    return found


@pytest.mark.parametrize("path", [paths.straight(), paths.cosine(), paths.linear()])
@pytest.mark.parametrize("sampler", [samplers.euler(3000), samplers.heun(400), samplers.ddim(5000)])
def test_noise_becomes_the_gaussian(path, sampler):
    """Along the flow a number keeps its place in the distribution: MEAN + DEVIATION z."""
    start = tf.constant(np.linspace(-2, 2, 9), tf.float32)
    one = tf.constant(1.0)
    a, s = path.signal(one), path.noise(one)
    places = (start - a * MEAN) / tf.sqrt(a * a * DEVIATION**2 + s * s)
    ends = tf.function(sampler.descend)(start, expected(path), path)
    np.testing.assert_allclose(ends, MEAN + DEVIATION * places, atol=1e-3)


def test_the_second_order_is_nearer_at_equal_cost():
    path, start = paths.straight(), tf.constant([-1.5, 1.0])
    true = MEAN + DEVIATION * start
    off = [
        float(tf.reduce_max(tf.abs(sampler.descend(start, expected(path), path) - true)))
        for sampler in (samplers.euler(24), samplers.heun(12))
    ]
    assert off[1] < off[0] / 2


def test_on_the_straight_path_ddim_is_euler():
    path, start = paths.straight(), tf.constant([-1.5, 1.0])
    one, other = (
        of(7).descend(start, expected(path), path) for of in (samplers.ddim, samplers.euler)
    )
    np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("name", ["euler", "heun", "ddim"])
def test_no_steps(name):
    with pytest.raises(UsageError, match=f"--sampler={name}.steps=0.: must be a whole number"):
        getattr(samplers, name)(steps=0)
    with pytest.raises(UsageError, match="guidance=-1"):
        getattr(samplers, name)(guidance=-1)
