"""What latents of a compressor go through."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.errors import UsageError
from vgan.models.autoencoder import bottleneck

SAMPLES = tf.range(2, dtype=tf.int64)


def test_levels_are_as_many_as_asked_for_and_even_ones_include_zero():
    through = bottleneck.finite((8, 5, 2))
    numbers = tf.linspace(-9.0, 9.0, 1001)[None, None, None, :, None] * tf.ones([1, 1, 1, 1, 3])
    latents = through.settle(numbers).numpy()
    for number, levels in enumerate((8, 5, 2)):
        found = np.unique(latents[..., number])
        np.testing.assert_allclose(found, (np.arange(levels) - levels // 2) / (levels // 2))
    assert (through.settle(tf.zeros([1, 1, 1, 1, 3])) == 0).numpy().all()


def test_gradients_pass_the_levels():
    through, numbers = bottleneck.finite((5,)), tf.constant([[[[[0.3]]]]])
    with tf.GradientTape() as tape:
        tape.watch(numbers)
        latents = through.settle(numbers)
    # d tanh(x) half / (levels // 2), half = 2 (1 + 1e-3).
    expected = (1 - np.tanh(0.3) ** 2) * (1 + 1e-3)
    np.testing.assert_allclose(tape.gradient(latents, numbers).numpy(), expected, rtol=1e-4)


def test_the_rate_of_levels_is_the_logarithm_of_the_codes():
    bits = bottleneck.finite((8, 5, 5, 5)).bits(tf.zeros([2, 4, 8, 8, 4]))
    np.testing.assert_allclose(bits, [256 * np.log2(1000)] * 2, rtol=1e-6)


def test_noise_is_as_wide_as_the_encoder_says():
    through = bottleneck.normal()
    numbers = tf.concat(
        [tf.fill([2, 4, 8, 8, 2], 3.0), tf.fill([2, 4, 8, 8, 2], float(np.log(0.25)))], -1
    )
    drawn, cost = through.draw(numbers, 0, SAMPLES)
    assert abs(float(tf.math.reduce_std(drawn - 3)) - 0.5) < 0.03
    assert (drawn[0] != drawn[1]).numpy().any()
    np.testing.assert_array_equal(drawn, through.draw(numbers, 0, SAMPLES)[0])
    np.testing.assert_array_equal(through.settle(numbers), np.full([2, 4, 8, 8, 2], 3.0))
    by_hand = 0.5 * (9 + 0.25 - np.log(0.25) - 1)
    np.testing.assert_allclose(cost, [by_hand] * 2, rtol=1e-5)
    np.testing.assert_allclose(through.bits(numbers), [512 * by_hand / np.log(2)] * 2, rtol=1e-5)


@pytest.mark.parametrize("levels", [(1, 5), (8, 5.0), (300,)])
def test_what_it_says_of_bad_levels(levels):
    with pytest.raises(UsageError, match="levels=.*whole numbers of 2 to 256"):
        bottleneck.of_arguments(None, levels)


def test_what_it_says_of_a_bad_weight():
    with pytest.raises(UsageError, match="kl=-1"):
        bottleneck.of_arguments(-1.0, ())
    with pytest.raises(UsageError, match="levels cost nothing"):
        bottleneck.of_arguments(0.1, (8, 8))
