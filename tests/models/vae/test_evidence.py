"""The evidence lower bound, by hand and by simulation."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.models.vae import evidence


def test_free_bits_are_of_a_latent_and_of_the_mean_over_clips():
    """Means over clips 2 ln 2, ln 2 / 2 and 0; a bit is free: 3, 1 (once 0) and 1 of them."""
    bit = np.log(2)
    nats = tf.constant(np.float32([[3 * bit, bit, 0], [bit, 0, 0]]))
    np.testing.assert_allclose(evidence.spared(nats, 1.0), [5 * bit, 3 * bit], rtol=1e-6)
    np.testing.assert_allclose(evidence.spared(nats, 0.0), [4 * bit, bit], rtol=1e-6)


def test_the_surprise_is_that_of_the_best_variance():
    """Of numbers that are off by 0.3, -0.1: no variance makes them likelier than their own."""
    off = np.array([0.3, -0.1])
    error = np.mean(off**2)

    def nats(variance):
        return np.mean(0.5 * np.log(2 * np.pi * variance) + off**2 / (2 * variance))

    found = float(evidence.surprise(tf.constant([error], tf.float32))[0])
    assert found == pytest.approx(nats(error), abs=1e-6)
    assert found < min(nats(0.8 * error), nats(1.2 * error))


def test_active_latents_tell_clips_apart():
    mean = tf.constant([[0.0, 1.0, 0.05], [2.0, 1.0, 0.0]])
    assert float(evidence.active(mean)) == 1
