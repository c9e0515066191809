"""A game whose generator also decodes what an encoder makes of real clips."""

import tensorflow as tf

from vgan.models.average import copy_state, follow
from vgan.models.game.gan import Gan
from vgan.models.synthesizer import MovedLayer


class Encoding(Gan):
    """An adversarial model with an encoder, which learns with the generator.

    Args:
      generator, average, optimizers, rules, disguise: as of Gan; there may be no critics.
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

    def players(self):
        """The trainable variables of each player: the encoder learns with the generator."""
        found = super().players()
        found["generator"] = [*found["generator"], *self.encoder.trainable_variables]
        return found if self.critic_modules else {"generator": found["generator"]}

    def optimizers(self):
        """The optimizer of each player."""
        return {
            player: of for player, of in super().optimizers().items() if player in self.players()
        }

    @property
    def sampling_networks(self):
        """The networks by which clips are drawn, and which say their latents."""
        return [self.average, self.encoder_average]

    def turn(self, step):
        """The players that move in a step, and the lazy terms due in it."""
        turn = super().turn(step)
        return turn._replace(players=tuple(p for p in turn.players if p in self.players()))

    def after_step(self, statistics, turn):
        """Moves the averages, and all that a GAN moves."""
        if "generator" in turn.players:
            follow(self.encoder_average, self.encoder, self.steps, self.rules.ema_decay)
        for layer in self.encoder.layers:
            if isinstance(layer, MovedLayer):
                layer.after_step()
        copy_state(self.encoder_average, self.encoder)
        super().after_step(statistics, turn)

    def detectors(self):
        """The Detectors of failures between critics and the generator, where there are any."""
        return super().detectors() if self.critic_modules else ()

    def advice(self):
        """What else helps where training's own detectors warn, {path: text}."""
        return super().advice() if self.critic_modules else {}

    def symptoms(self, means):
        """What the detectors look at beside what is logged: {path: value}, of means by path."""
        return super().symptoms(means) if self.critic_modules else {}


def divergence(mean, log_variance):
    """Of each latent's posterior from a standard normal distribution, in nats.

    KL(N(m, s^2) || N(0, 1)) = (m^2 + s^2 - log s^2 - 1) / 2.

    Args:
      mean, log_variance: float32 [B, ...].
    Returns:
      float32 of that shape, at least 0.
    """
    return 0.5 * (tf.square(mean) + tf.exp(log_variance) - log_variance - 1)
