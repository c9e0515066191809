import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.networks.layers import QUIET, MeanPooling, SpectralNorm, activated, weighted

SHAPES = {
    "Dense": ((3, 7), {"units": 5}),
    "Conv2D": ((2, 6, 6, 3), {"filters": 5, "kernel_size": 3}),
    "Conv3D": ((2, 4, 6, 6, 3), {"filters": 5, "kernel_size": (3, 4, 4), "strides": (1, 2, 2)}),
    "Conv3DTranspose": ((2, 2, 3, 3, 6), {"filters": 4, "kernel_size": 4, "strides": 2}),
}
EACH_LAYER = pytest.mark.parametrize("name", SHAPES)


def make(name, power_steps=300):
    shape, arguments = SHAPES[name]
    random.seed(0)
    layer = SpectralNorm(getattr(keras.layers, name)(use_bias=False, **arguments))
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    layer.build(x.shape)
    layer.bias.assign(np.linspace(-1, 1, layer.bias.shape[0]))
    for _ in range(power_steps):
        layer.after_step()
    return layer, x


def largest_singular_value(layer):
    kernel = np.asarray(layer.layer.kernel)
    return np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]


def estimated(layer):
    kernel = np.asarray(layer.layer.kernel)
    return float(np.asarray(layer.u) @ kernel.reshape(-1, kernel.shape[-1]) @ np.asarray(layer.v))


@EACH_LAYER
def test_the_kernel_is_divided_by_its_largest_singular_value(name):
    layer, x = make(name)
    expected = layer.layer(x) / largest_singular_value(layer) + layer.bias
    np.testing.assert_allclose(layer(x), expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


@EACH_LAYER
def test_a_fresh_layer_is_near_that_already(name):
    layer, _ = make(name, power_steps=0)
    assert estimated(layer) == pytest.approx(largest_singular_value(layer), rel=0.05)


def test_a_call_changes_nothing():
    layer, x = make("Conv3D")
    before = [np.array(v) for v in layer.variables]
    first = layer(x, training=True)
    np.testing.assert_array_equal(layer(x, training=True), first)
    for variable, value in zip(layer.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)


def test_after_step_follows_a_kernel_that_moves():
    layer, _ = make("Dense")
    fresh = np.random.default_rng(1).normal(size=layer.layer.kernel.shape)
    layer.layer.kernel.assign(fresh)
    true = largest_singular_value(layer)
    errors = [abs(estimated(layer) - true)]
    for _ in range(8):
        layer.after_step()
        errors.append(abs(estimated(layer) - true))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.1 * errors[0]
    for vector in (layer.u, layer.v):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_gradient_by_hand():
    # y = x W / s + b with s = u' W v: dW = x'g / s - (sum g * x W) / s^2 u v'.
    layer, x = make("Dense")
    g = np.random.default_rng(2).normal(size=(3, 5)).astype(np.float32)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(g * layer(x))
    found, bias = tape.gradient(total, [layer.layer.kernel.value, layer.bias.value])
    kernel, sigma = np.asarray(layer.layer.kernel), estimated(layer)
    expected = x.T @ g / sigma
    expected -= (g * (x @ kernel)).sum() / sigma**2 * np.outer(layer.u, layer.v)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(bias, g.sum(0), rtol=1e-5)


def test_only_kernel_and_bias_are_trained():
    layer, _ = make("Conv3D")
    shapes = [tuple(v.shape) for v in layer.trainable_variables]
    assert sorted(shapes) == [(3, 4, 4, 3, 5), (5,)]
    assert sorted(tuple(v.shape) for v in layer.non_trainable_variables) == [(5,), (144,)]


def test_weighted():
    plain = weighted(keras.layers.Dense, 4, spectral_norm=False)
    assert isinstance(plain, keras.layers.Dense) and plain.use_bias
    normed = weighted(keras.layers.Dense, 4, spectral_norm=True)
    assert isinstance(normed, SpectralNorm) and not normed.layer.use_bias


def test_scales_of_a_motion_differ_from_time_to_time():
    random.seed(0)
    rng = np.random.default_rng(0)
    frame = rng.normal(size=(2, 1, 3, 3, 4)).astype(np.float32)
    style, motion = rng.normal(size=(2, 5)), rng.normal(size=(2, 6, 2))
    still = np.repeat(frame, 6, axis=1)
    assert np.ptp(activated(still, style), axis=1).max() < 1e-5, "but for rounding"
    assert np.ptp(activated(still, style, motion=motion), axis=1).min() > 0


def test_quiet_layers_begin_alike_in_each_process():
    """Whatever Python's generator had drawn before they were imported."""
    assert QUIET.seed == 0


@pytest.mark.parametrize("factors", [(1, 2, 2), (2, 2, 4), (3, 1, 1), (1, 1, 1)])
def test_mean_pooling_is_that_of_three_dimensions(factors):
    x = np.random.default_rng(0).normal(size=(2, 7, 4, 9, 3)).astype(np.float32)
    found = MeanPooling(factors)(x)
    np.testing.assert_allclose(found, keras.layers.AveragePooling3D(factors)(x), atol=1e-6)
    assert MeanPooling(factors).compute_output_shape(x.shape) == found.shape
