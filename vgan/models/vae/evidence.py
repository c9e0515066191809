"""What a variational autoencoder maximises: the evidence lower bound of clips, where the decoder's
variance is the best one for each clip.

Source: Kingma and Welling, "Auto-Encoding Variational Bayes", 2014, section 2.2 and appendix B.
"""

import math

import tensorflow as tf

LEAST_ERROR = 1e-5
"""Below this mean squared error, 56 dB, nothing more is to be gained."""

LEAST_VARIANCE = 0.01
"""Of a latent's mean over clips: below it the latent says nothing of the clip."""


def spared(divergences, free_bits):
    """Divergences whose mean over the batch is below `free_bits` count as that much.

    Args:
      divergences: nats, float32 [B, ...].
      free_bits: of each latent.
    Returns:
      float32 [B], the sum over latents.

    Source: Kingma et al., "Improving Variational Inference with Inverse Autoregressive Flow",
    2016, section 5.2 (lambda), a group a latent.
    """
    least = free_bits * math.log(2)
    enough = tf.reduce_mean(divergences, 0) >= least
    axes = list(range(1, divergences.shape.rank))
    return tf.reduce_sum(tf.where(enough, divergences, least), axes)


def surprise(error):
    """Nats a number of a clip under a normal distribution of its own best variance.

    Half the logarithm of 2 pi e times the mean squared error: the variance that makes the clip
    likeliest is that error. So no weight stands between the two halves of the bound.

    Args:
      error: mean squared error of each clip, float32 [B].

    Source: Rybkin et al., "Simple and Effective VAE Training with Calibrated Decoders", 2021,
    equation 4.
    """
    return 0.5 * tf.math.log(2 * math.pi * math.e * tf.maximum(error, LEAST_ERROR))


def active(mean):
    """How many latents' means differ between the clips of a batch, float32 scalar.

    Source: Burda et al., "Importance Weighted Autoencoders", 2016, section 5.2.
    """
    varies = tf.math.reduce_variance(mean, 0) > LEAST_VARIANCE
    return tf.reduce_sum(tf.cast(varies, tf.float32))
