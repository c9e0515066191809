"""A game whose generator also decodes what an encoder makes of real clips."""

import tensorflow as tf

from vgan.models.game.gan import Gan


class Encoding(Gan):
    """An adversarial model with an encoder, which learns with the generator.

    Args:
      generator, average, optimizers, rules, disguise: as of Gan.
      encoders: two keras.Models of one build, the second one is the first one's average.
    """

    def __init__(self, generator, average, encoders, optimizers, rules, disguise=None):
        self.encoder, self.encoder_average = encoders
        self.encoder_average.set_weights(self.encoder.get_weights())
        super().__init__(generator, average, optimizers, rules, disguise)

    def networks(self):
        """What another run can begin with: {attribute: network, or list of them}."""
        encoders = {"encoder": self.encoder, "encoder_average": self.encoder_average}
        return super().networks() | encoders

    def followed(self):
        """The pairs of an average and the network that it follows: the encoder learns too."""
        return [*super().followed(), (self.encoder_average, self.encoder)]

    @property
    def sampling_networks(self):
        """The networks by which clips are drawn, and which say their latents."""
        return [self.average, self.encoder_average]


def divergence(mean, log_variance):
    """Of each latent's posterior from a standard normal distribution, in nats.

    KL(N(m, s^2) || N(0, 1)) = (m^2 + s^2 - log s^2 - 1) / 2.

    Args:
      mean, log_variance: float32 [B, ...].
    Returns:
      float32 of that shape, at least 0.
    """
    return 0.5 * (tf.square(mean) + tf.exp(log_variance) - log_variance - 1)
