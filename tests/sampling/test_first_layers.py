"""A generator's own directions, where its first layers are known."""

import keras
import numpy as np

from tests.sampling.linear_sampler import CARD, LATENTS, LinearSampler
from vgan.networks.layers import SpectralNorm
from vgan.sampling import first_layers

DRAWS = np.random.default_rng(0).normal(size=(300, LATENTS)).astype(np.float32)
LABELS = np.int32(np.arange(300) % 2)


def sampler(*heads):
    """A network in which the latents, joined with a class, meet what `heads` make of them."""
    latents, condition = keras.Input((LATENTS,)), keras.Input((*CARD.clip.shape[:3], 0))
    label = keras.Input((), dtype="int32")
    style = keras.layers.Concatenate()([latents, keras.layers.Embedding(2, 3)(label)])
    outputs = [head(style) for head in heads]
    return LinearSampler(keras.Model([latents, condition, label], outputs))


def dense(strong, scale=5.0):
    """A layer that mostly sees one of the latents."""
    layer = keras.layers.Dense(8)
    layer.build((None, LATENTS + 3))
    kernel = 0.01 * np.random.default_rng(strong).normal(size=(LATENTS + 3, 8))
    kernel[strong] += scale
    layer.set_weights([kernel, np.ones(8)])
    return layer


def test_singular_vectors_are_those_of_all_first_kernels():
    one, other, later = dense(2), dense(4, scale=3.0), keras.layers.Dense(8)
    found = first_layers.singular(sampler(lambda x: later(one(x)), other), CARD, 3)
    kernels = [layer.get_weights()[0][:LATENTS] for layer in (one, other)]
    _, _, expected = np.linalg.svd(np.concatenate(kernels, 1).T)
    assert found.shape == (3, LATENTS) and found.dtype == np.float32
    # The third one is of weights that are all alike.
    np.testing.assert_allclose(np.abs(np.sum(found * expected[:3], 1))[:2], 1, atol=1e-4)
    assert np.abs(found[0]).argmax() == 2 and np.abs(found[1]).argmax() == 4


def test_a_layer_under_a_norm_is_one_too():
    layer = SpectralNorm(keras.layers.Dense(8, use_bias=False))
    assert len(first_layers.singular(sampler(layer), CARD, 2)) == 2


def test_principal_components_are_of_the_first_rectified_features():
    def head(x):
        x = keras.layers.LeakyReLU(0.2)(dense(3)(x))
        return keras.layers.LeakyReLU(0.2)(dense(0, scale=99.0)(keras.layers.Dense(9)(x)))

    found = first_layers.principal(sampler(head), CARD, DRAWS, LABELS, 2)
    assert found.shape == (2, LATENTS)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)
    assert abs(found[0, 3]) > 0.95


def test_what_a_class_changes_is_no_direction():
    found = first_layers.principal(
        sampler(lambda x: keras.layers.LeakyReLU(1.0)(dense(LATENTS, scale=50.0)(x))),
        CARD, DRAWS, LABELS, 1,
    )  # fmt: skip
    assert np.abs(found).max() < 0.99  # The latents' share is what small weights make of it.


def test_where_there_are_none():
    bare = sampler(lambda x: 2 * x)
    assert first_layers.singular(bare, CARD, 3).shape == (0, LATENTS)
    assert first_layers.principal(bare, CARD, DRAWS, LABELS, 3).shape == (0, LATENTS)
    inputs = keras.Input((LATENTS,)), keras.Input(()), keras.Input((3,)), keras.Input(())
    steps = LinearSampler(keras.Model(inputs, keras.layers.Dense(3)(inputs[0])))
    assert first_layers.singular(steps, CARD, 3).shape == (0, LATENTS)
