import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.clip import ClipSpec
from vgan.errors import UsageError
from vgan.networks import conv3d
from vgan.networks.layers import SpectralNorm, check_strides, halvings, weighted

SHAPES = {
    "Dense": ((3, 7), {"units": 5}),
    "Conv2D": ((2, 6, 6, 3), {"filters": 5, "kernel_size": 3}),
    "Conv3D": ((2, 4, 6, 6, 3), {"filters": 5, "kernel_size": (3, 4, 4), "strides": (1, 2, 2)}),
    "Conv3DTranspose": ((2, 2, 3, 3, 6), {"filters": 4, "kernel_size": 4, "strides": 2}),
}
EACH_LAYER = pytest.mark.parametrize("name", SHAPES)


def make(name, power_steps=300):
    shape, arguments = SHAPES[name]
    keras.utils.set_random_seed(0)
    layer = SpectralNorm(getattr(keras.layers, name)(use_bias=False, **arguments))
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    layer.build(x.shape)
    layer.bias.assign(np.linspace(-1, 1, layer.bias.shape[0]))
    layer.after_step(steps=power_steps)
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


@pytest.mark.parametrize(
    ("size", "least", "times"),
    [(4, 4, 0), (7, 4, 0), (8, 4, 1), (15, 4, 1), (16, 4, 2), (64, 4, 4), (3, 4, 0), (1, 2, 0),
     (2, 2, 0), (16, 2, 3), (5, 1, 2)],
)  # fmt: skip
def test_halvings(size, least, times):
    assert halvings(size, least) == times
    assert size // 2**times >= least or times == 0
    assert size // 2 ** (times + 1) < least


def test_strides_that_divide():
    check_strides(ClipSpec(8, 16, 24), lambda clip: (4, 8, 8), "--generator=net")
    check_strides(ClipSpec(7, 16, 16), lambda clip: (1, 16, 16), "--generator=net")


@pytest.mark.parametrize(
    ("clip", "problems"),
    [
        ((7, 16, 16), "--frames=7 isn't a multiple of 4 (nearest: 4 or 8)"),
        ((8, 30, 16), "--height=30 isn't a multiple of 8 (nearest: 24 or 32)"),
        ((8, 16, 3), "--width=3 isn't a multiple of 8 (nearest: 8)"),
        (
            (3, 9, 16),
            "--frames=3 isn't a multiple of 4 (nearest: 4); "
            "--height=9 isn't a multiple of 8 (nearest: 8 or 16)",
        ),
    ],
)
def test_strides_that_do_not_divide(clip, problems):
    clip = ClipSpec(*clip)
    with pytest.raises(UsageError) as caught:
        check_strides(clip, lambda clip: (4, 8, 8), "--generator=net")
    assert str(caught.value) == f"--generator=net can't make clips of {clip}: {problems}"


def test_the_nearest_sizes_are_good_ones():
    """With 32 rows the network would halve once more, which 36 columns don't allow."""
    clip = ClipSpec(8, 30, 36)
    with pytest.raises(UsageError, match=r"nearest: 28\)"):
        conv3d.generator(clip)
    conv3d.generator(dataclasses.replace(clip, height=28), channels=1)


@pytest.mark.parametrize("count", [0, -1, 1.5, "a"])
def test_counts(count):
    with pytest.raises(UsageError, match="channels"):
        conv3d.generator(ClipSpec(4, 8, 8), channels=count)
