"""Paths to noise: by hand, by the chain of steps, and there and back."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.models.noise import paths

ALL = [paths.straight(), paths.cosine(), paths.linear()]
CIRCLE = ALL[1:]


@pytest.mark.parametrize("path", ALL)
def test_it_goes_from_the_clip_to_noise(path):
    ends = tf.constant([0.0, 1.0])
    np.testing.assert_allclose(path.signal(ends), [1, 0], atol=7e-3)
    np.testing.assert_allclose(path.noise(ends), [0, 1], atol=1e-4)


def test_halfway_by_hand():
    half = tf.constant(0.5)
    assert float(paths.straight().signal(half)) == 0.5
    assert float(paths.cosine().noise(half)) == pytest.approx(np.sqrt(0.5))
    # exp(-(0.1 / 2 + 19.9 / 8) / 2) = exp(-1.26875).
    assert float(paths.linear().signal(half)) == pytest.approx(0.281183, abs=1e-5)


@pytest.mark.parametrize("path", ALL)
def test_rates_are_derivatives(path):
    level = tf.constant([0.2, 0.5, 0.8])
    for of, rate in zip((path.signal, path.noise), path.rates(level), strict=True):
        slope = (of(level + 1e-2) - of(level - 1e-2)) / 2e-2
        np.testing.assert_allclose(rate, slope, rtol=5e-3, atol=1e-3)


@pytest.mark.parametrize("path", CIRCLE)
def test_the_chain_of_steps_is_the_closed_form(path):
    """x_k = sqrt(alpha_k) x_k-1 + sqrt(1 - alpha_k) e, simulated for 200,000 numbers of 2."""
    random = np.random.default_rng(0)
    signal = path.signal(tf.linspace(0.0, 1.0, 41)).numpy()
    alphas, x = (signal[1:] / signal[:-1]) ** 2, np.full(200_000, 2.0)
    for number, alpha in enumerate(alphas, start=1):
        x = np.sqrt(alpha) * x + np.sqrt(1 - alpha) * random.normal(size=x.shape)
        if number in (10, 25, 40):
            level = tf.constant(number / 40)
            assert x.mean() == pytest.approx(2 * float(path.signal(level)), abs=0.01)
            assert x.std() == pytest.approx(float(path.noise(level)), abs=0.005)


def test_the_thousand_steps_of_the_first_diffusion_model():
    """Betas from 1e-4 to 0.02: their product is the linear path, to its discretisation."""
    betas = np.linspace(1e-4, 0.02, 1000)
    signal = np.sqrt(np.cumprod(1 - betas))
    found = paths.linear().signal(tf.linspace(0.001, 1.0, 1000))
    np.testing.assert_allclose(found, signal, atol=3e-3)


@pytest.mark.parametrize(
    ("path", "target"),
    [(path, paths.VELOCITY) for path in ALL]
    + [(path, target) for path in CIRCLE for target in (paths.V, paths.NOISE)],
)
def test_a_target_means_the_clip_and_the_noise(path, target):
    random = np.random.default_rng(1)
    video, noise = (tf.constant(random.uniform(-1, 1, 5), tf.float32) for _ in range(2))
    for number in (0.1, 0.5, 0.9):
        level = tf.constant(number)
        x = path.mixed(video, noise, level)
        said = target.of(path, video, noise, level)
        for found, true in zip(target.both(path, x, said, level), (video, noise), strict=True):
            np.testing.assert_allclose(found, true, atol=2e-4)


def test_the_velocity_of_the_straight_path():
    said = paths.VELOCITY.of(
        paths.straight(), tf.constant(0.25), tf.constant(1.0), tf.constant(0.3)
    )
    assert float(said) == 0.75


def test_a_clip_that_noise_means_stays_in_its_range():
    """At t = 1, where the signal is 0, an error of the network isn't blown up."""
    level, x = tf.constant(1.0), tf.constant([0.3, -0.8])
    video, noise = paths.NOISE.both(paths.cosine(), x, x + 0.05, level)
    assert np.abs(video).max() <= 1
    np.testing.assert_allclose(noise, x, atol=1e-4)
