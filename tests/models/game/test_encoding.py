"""What an encoder says of clips, by hand and by simulation."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.models.game.encoding import divergence


def test_the_divergence_by_hand():
    """Mean 1 and variance 1: 1/2; mean 0 and variance 4: (4 - ln 4 - 1) / 2; the prior: 0."""
    mean, variance = tf.constant([[1.0, 0.0, 0.0]]), np.float32([[1.0, 4.0, 1.0]])
    found = divergence(mean, tf.constant(np.log(variance)))
    np.testing.assert_allclose(found, [[0.5, 0.806853, 0.0]], atol=1e-6)


def test_the_divergence_is_the_mean_of_log_ratios():
    mean, deviation = 0.7, 0.4
    draws = np.random.default_rng(0).normal(mean, deviation, 400_000)
    ratios = -np.log(deviation) - 0.5 * ((draws - mean) / deviation) ** 2 + 0.5 * draws**2
    found = divergence(tf.constant(mean), tf.constant(2 * np.log(np.float32(deviation))))
    assert float(found) == pytest.approx(ratios.mean(), abs=0.005)
