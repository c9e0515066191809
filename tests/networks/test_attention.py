import random

import keras
import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.networks import conv3d
from vgan.networks.attention import attend, stage_for_attention
from vgan.networks.layers import SpectralNorm


def make(shape, fresh=False, **options):
    """A network of one attention block, with large weights unless fresh, and an input of it."""
    random.seed(0)
    x = keras.Input(shape)
    network = keras.Model(x, attend(x, **options))
    rng = np.random.default_rng(0)
    for variable in network.trainable_variables:
        variable.assign(variable if fresh else rng.normal(size=variable.shape))
    return network, rng.normal(size=(2, *shape)).astype(np.float32)


@pytest.mark.parametrize("shape", [(2, 3, 4, 16), (3, 4, 16), (2, 2, 2, 5)])
def test_it_is_the_formula(shape):
    network, x = make(shape, name="look")
    weights = {v.path: np.array(v) for v in network.variables}
    rows = x.reshape(2, -1, shape[-1])
    queries = rows @ weights["look_queries/kernel"]
    keys = rows @ weights["look_keys/kernel"]
    values = rows @ weights["look_values/kernel"] + weights["look_values/bias"]
    assert queries.shape[-1] == max(1, shape[-1] // 8) and values.shape[-1] == shape[-1] // 2
    fit = np.exp(queries @ keys.transpose(0, 2, 1) / np.sqrt(keys.shape[-1]))
    found = fit / fit.sum(-1, keepdims=True) @ values
    output = found @ weights["look_output/kernel"] + weights["look_output/bias"]
    expected = x + weights["look_scale/scale"] * output.reshape(x.shape)
    np.testing.assert_allclose(network(x), expected, rtol=1e-4, atol=1e-4)


def test_positions_have_no_order():
    network, x = make((2, 3, 4, 16))
    order = np.random.default_rng(1).permutation(24)
    shuffled = x.reshape(2, 24, 16)[:, order].reshape(x.shape)
    output = np.array(network(x)).reshape(2, 24, 16)
    found = np.array(network(shuffled)).reshape(2, 24, 16)
    np.testing.assert_allclose(found, output[:, order], rtol=1e-4, atol=1e-4)


def test_each_position_sees_all_the_others():
    network, x = make((2, 3, 4, 16), fresh=True)
    other = x.copy()
    other[:, 1, 2, 3] += 1
    changed = np.abs(np.array(network(other)) - np.array(network(x))).max(-1)
    assert (changed > 1e-6).all()


def test_it_starts_small():
    network, x = make((2, 3, 4, 16), fresh=True)
    assert 1e-3 < np.std(network(x) - x) < 0.2


def test_bfloat16_looks_up_in_float32():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network, x = make((2, 3, 4, 16))
    finally:
        keras.config.set_dtype_policy(before)
    lookup = network.get_layer("attention_lookup")
    seen = keras.Model(network.input, [network.output, lookup.input, lookup.output])
    output, (queries, keys, values), found = seen(x)
    assert output.dtype == "bfloat16" and queries.dtype == "bfloat16"
    queries, keys, values = (
        np.array(keras.ops.cast(one, "float32")).reshape(2, 24, -1)
        for one in (queries, keys, values)
    )
    fit = np.exp(queries @ keys.transpose(0, 2, 1) / np.sqrt(keys.shape[-1]))
    expected = fit / fit.sum(-1, keepdims=True) @ values
    np.testing.assert_allclose(np.reshape(found, (2, 24, -1)), expected, rtol=1e-5, atol=1e-5)


def test_spectral_norm_bounds_values_and_output():
    network, _ = make((2, 3, 4, 16), spectral_norm=True)
    bounded = {layer.name for layer in network.layers if isinstance(layer, SpectralNorm)}
    assert bounded == {"attention_values", "attention_output"}


@pytest.mark.parametrize(
    ("sizes", "index"),
    [
        ([(4, 4, 4), (8, 8, 8), (16, 16, 16)], 1),
        ([(4, 16, 16), (4, 8, 8), (4, 4, 4)], 0),
        ([(4, 4, 4), (5, 15, 14)], 0),
        ([(64, 8, 8), (32, 8, 8)], 1),
        ([(32, 32), (64, 64)], 0),
    ],
)
def test_it_joins_the_largest_map_of_at_most_1024_positions(sizes, index):
    assert stage_for_attention(sizes) == index


@pytest.mark.parametrize(
    ("clip", "size"),
    [
        (ClipSpec(8, 16, 24), (4, 8, 12)),
        (ClipSpec(8, 32, 32), (4, 16, 16)),
        (ClipSpec(16, 32, 32), (4, 8, 8)),
        (ClipSpec(4, 8, 8), (4, 4, 4)),
    ],
)
def test_the_plain_generator_attends_once_and_there(clip, size):
    network = conv3d.generator(clip, channels=8, latent_dim=8, attention=True)
    lookups = [layer for layer in network.layers if layer.name.endswith("_lookup")]
    assert [layer.output.shape[1:4] for layer in lookups] == [size]
