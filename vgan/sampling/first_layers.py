"""Directions of a generator's own: what its first layers make of the latents, by Keras's graph.

A direction is a unit vector: latents are normal, so going along it by 1 is one standard deviation.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from vgan.networks.layers import SpectralNorm
from vgan.sampling import graphs

_BATCH = 128


def singular(sampler, card, number):
    """The directions that change most of what all first dense layers say together.

    Args:
      sampler: models.synthesizer.Sampler; card: sampling.card.Card of its clips.
      number: how many, at most.
    Returns:
      float32 [n, *latent_shape], the strongest first; n is 0 where no dense layer sees latents.

    Source: Shen and Zhou, "Closed-Form Factorization of Latent Semantics in GANs" (SeFa), 2021,
    equation 7, with the kernels of several layers above each other, as there for StyleGAN.
    """
    found = _first(sampler, _is_dense, lambda layer: _weighs(layer) or _is_dense(layer))
    size = int(np.prod(sampler.latent_shape))
    if not found:
        return np.zeros([0, *sampler.latent_shape], np.float32)
    each = np.concatenate([np.zeros([1, size]), np.eye(size)]).astype(np.float32)
    said = _said(sampler, card, found, each.reshape(-1, *sampler.latent_shape))
    kernel = said[1:] - said[0]
    _, strengths, vectors = np.linalg.svd(kernel.T, full_matrices=False)
    return _shaped(vectors[strengths > 1e-6 * strengths[0]][:number], sampler)


def principal(sampler, card, latents, labels, number):
    """The directions of the latents along which first rectified features vary most.

    Args:
      sampler, card, number: as of `singular`.
      latents: float32 [N, *latent_shape], normal; labels: int32 [N].
    Returns:
      float32 [n, *latent_shape]; n is 0 where no rectifier of what latents choose is found.

    Source: Härkönen et al., "GANSpace: Discovering Interpretable GAN Controls", 2020, section 3.1:
    principal components of features, and the latents regressed on their coordinates.
    """
    found = _first(sampler, _is_rectifier, _is_rectifier)
    if not found:
        return np.zeros([0, *sampler.latent_shape], np.float32)
    said = _said(sampler, card, found, latents, labels)
    for label in np.unique(labels):  # What a class does is no direction of the latents.
        said[labels == label] -= said[labels == label].mean(0)
    strengths, coordinates = np.linalg.eigh(said @ said.T)
    likely = strengths[::-1] > 1e-6 * max(strengths[-1], 1e-12)
    coordinates = coordinates[:, ::-1][:, likely][:, :number]
    flat = latents.reshape(len(latents), -1)
    return _shaped(coordinates.T @ (flat - flat.mean(0)), sampler)


def _first(sampler, wanted, before):
    """Outputs of the layers that are wanted and have none of `before` on the way to them."""
    network = sampler.sampling_networks[0]
    if len(network.inputs) != 3 or len(sampler.latent_shape) > 1:
        return []  # It takes noise away in steps, or latents are no vector.
    return [
        layer.output
        for layer in network.layers
        if wanted(layer) and not any(map(before, keras.Model(network.inputs, layer.input).layers))
    ]


def _is_dense(layer):
    inner = layer.layer if isinstance(layer, SpectralNorm) else layer
    return isinstance(inner, keras.layers.Dense)


def _is_rectifier(layer):
    return isinstance(layer, keras.layers.LeakyReLU)


def _weighs(layer):
    return bool(layer.weights) and not isinstance(layer, keras.layers.Embedding)  # Of the class.


def _said(sampler, card, outputs, latents, labels=None):
    """What layers say of latents, all beside each other: float32 [N, M].

    What is said at n places or times is divided by the root of n, so that it counts as once.
    """
    model = keras.Model(sampler.sampling_networks[0].inputs, outputs)
    labels = np.zeros(len(latents), np.int32) if labels is None else labels

    def say(first):
        some, chosen = (tf.constant(of[first : first + _BATCH]) for of in (latents, labels))
        number = len(some)
        nothing = sampler.codec.shown(graphs.nothing_given(card, number))
        said = tf.nest.flatten(model([some, nothing, chosen], training=False))
        scaled = (np.float32(of) / math.prod(of.shape[1:-1]) ** 0.5 for of in said)
        return np.concatenate([of.reshape(number, -1) for of in scaled], 1)

    return np.concatenate([say(first) for first in range(0, len(latents), _BATCH)])


def _shaped(vectors, sampler):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.float32(unit).reshape(-1, *sampler.latent_shape)
