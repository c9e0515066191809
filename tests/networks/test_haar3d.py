"""The compressor's networks."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks.haar3d import compressor

VIDEO = np.random.default_rng(0).uniform(-1, 1, (3, 8, 16, 24, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def networks():
    return compressor(ClipSpec(8, 16, 24), channels=4, depth=5, blocks=2)


def test_a_place_is_4_frames_of_4_by_4_pixels(networks):
    latents, features = networks.encoder(VIDEO)
    assert latents.shape == (3, 2, 4, 6, 5) and features.shape[:4] == (3, 2, 4, 6)
    restored = networks.decoder(latents)
    assert restored.shape == VIDEO.shape and np.abs(restored).max() <= 1


def test_a_clip_knows_nothing_of_its_batch(networks):
    together = networks.encoder(VIDEO)[0]
    np.testing.assert_allclose(networks.encoder(VIDEO[1:2])[0][0], together[1], atol=1e-4)


def test_all_of_it_learns(networks):
    with tf.GradientTape() as tape:
        latents, _ = networks.encoder(VIDEO, training=True)
        total = tf.reduce_mean(tf.abs(networks.decoder(latents, training=True) - VIDEO))
    variables = networks.encoder.trainable_variables + networks.decoder.trainable_variables
    for variable, gradient in zip(variables, tape.gradient(total, variables), strict=True):
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0, variable.path


def test_sizes_that_it_cannot_halve_twice():
    with pytest.raises(UsageError, match="--frames=6 isn't a multiple of 4"):
        compressor(ClipSpec(6, 16, 16))
