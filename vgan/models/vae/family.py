"""How a variational autoencoder is built of its parts."""

import math

import keras

from vgan.core.arguments import check_number, check_whole
from vgan.models.game.flags import OF_CRITICS, check_critics
from vgan.models.game.rules import disguise_of, rules_of
from vgan.models.parts import Family
from vgan.models.vae.vae import Bound, Encoded, Vae

MOST_SURE = -8.0
"""Least logarithm of a posterior's variance."""


def family(beta=1.0, warmup=0, free_bits=0.0):
    """An encoder, and a generator that decodes; with critics a VAE-GAN.

    With critics, every second clip of a batch is drawn from noise, and they judge all; without, all
    are rebuilt.

    Args:
      beta: weight of the divergence of the posterior from the prior; 1 for the evidence lower
        bound. Of "Higgins et al., beta-VAE", 2017.
      warmup: steps in which it rises from 0.
      free_bits: of each latent, which cost nothing.

    Source: Kingma and Welling, "Auto-Encoding Variational Bayes", 2014; Larsen et al.,
    "Autoencoding beyond pixels using a learned similarity metric", 2016.
    """
    check_number("--model=vae", least=0, beta=beta, free_bits=free_bits)
    check_whole("--model=vae", 0, warmup=warmup)

    def model(parts):
        check_critics(parts.config)
        generator, average = parts.network("generator"), parts.network("generator")
        encoders = [_encoder(parts, generator.inputs[0].shape[1:]) for _ in range(2)]
        rules = rules_of(parts)
        optimizers = [parts.optimizer(), parts.optimizer()]
        bound = Bound(beta, warmup, free_bits)
        disguise = disguise_of(parts.config)
        return Vae(generator, average, encoders, optimizers, rules, disguise, bound=bound)

    def sampler(parts):
        generator = parts.network("generator")
        return Encoded(generator, _encoder(parts, generator.inputs[0].shape[1:]))

    return Family(model, sampler, ("generator", "encoder", "losses", *OF_CRITICS))


def _encoder(parts, latent_shape):
    """[video, condition, label] -> mean and log-variance of the latents."""
    network = parts.network("encoder")
    number = math.prod(latent_shape)
    found = keras.layers.Dense(2 * number, dtype="float32", name="posterior")(network.output)
    mean, log_variance = keras.ops.split(found, 2, axis=-1)
    log_variance = keras.ops.maximum(log_variance, MOST_SURE)
    shape = keras.layers.Reshape(latent_shape, dtype="float32")
    return keras.Model(network.inputs, [shape(mean), shape(log_variance)], name="encoder")
