"""A compressor of clips: latents of places, and the clips that are rebuilt of them."""

import math
import typing

import tensorflow as tf

from vgan.models.autoencoder.wavelets import haar
from vgan.models.average import Averaged
from vgan.models.game.encoding import Encoding
from vgan.models.game.turn import TurnCosts
from vgan.models.parts import Weighted
from vgan.models.passes import through
from vgan.models.synthesizer import Turn

HEARD = "critics"
"""The lazy term that is due once critics are heard."""


class Costs(typing.NamedTuple):
    """What a rebuilt clip costs beside the absolute difference of its pixels.

    Attributes:
      kl: weight of the latents' divergence a number.
      bands: weight of the absolute difference of wavelet bands.
      begin: the step from which on critics are heard.
    """

    kl: float
    bands: float
    begin: int


class Rebuilding(Averaged):
    """The averaged networks of a compressor: all that it takes to compress clips and restore them.

    Args:
      average: keras.Model, [latents, condition, label] -> clips.
      encoder_average: keras.Model, clips -> numbers of which latents are made.
      through: bottleneck.Bottleneck.
    """

    def __init__(self, average, encoder_average, through):
        super().__init__(average)
        self.encoder_average, self._through = encoder_average, through

    @property
    def sampling_networks(self):
        """The networks that compress, and that restore."""
        return [self.average, self.encoder_average]

    def sample(self, latents, condition, label):
        """The clips float32 [B, T, H, W, C] that are given, compressed and restored."""
        return self.restored(self.compressed(condition[..., :-1]), label)

    def compressed(self, video):
        """Latents float32 [B, t, h, w, d] of clips."""
        return self._through.settle(self.encoder_average(video, training=False))

    def restored(self, latents, label):
        """Clips of latents."""
        none = tf.zeros([tf.shape(latents)[0], *self.average.inputs[1].shape[1:]])
        return self.average([latents, none, label], training=False)


class Autoencoder(Encoding):
    """A compressor that learns; with critics, which look at rebuilt clips, once it is a bit along.

    Args:
      parts: as of Encoding; encoders are clips -> numbers of which latents are made.
      through: bottleneck.Bottleneck.
      costs: Costs.
    """

    def __init__(self, *parts, through, costs):
        super().__init__(*parts)
        self._through, self._costs = through, costs
        self._drawing = Rebuilding(self.average, self.encoder_average, through)

    def sample(self, latents, condition, label):
        """The clips float32 [B, T, H, W, C] that are given, compressed and restored."""
        return self._drawing.sample(latents, condition, label)

    def turn(self, step):
        """The players that move in a step, and what is due: until `begin`, no critics."""
        turn = super().turn(step)
        if not self.critic_modules:
            return turn
        if step < self._costs.begin:  # The generator moves alone, and so in each step.
            due = [loss.name for loss in self.rules.losses if step % loss.every == 0]
            return Turn(("generator",), tuple(due))
        return turn._replace(due=(*turn.due, HEARD))

    def gradients(self, batch, seed, samples, turn):
        """As of Gan; critics aren't told what is given, which is the clip."""
        batch = batch._replace(condition=batch.condition[..., :0])
        if HEARD in turn.due:
            return super().gradients(batch, seed, samples, turn)
        costs, variables = TurnCosts(batch, seed, samples, turn), self.players()["generator"]
        with tf.GradientTape() as tape:
            self.generate(costs)
            total = self.generator_optimizer.scale_loss(costs.totals["generator"])
        return {"generator": tape.gradient(total, variables)}, costs.report

    def generate(self, costs):
        """The clips of a turn rebuilt, Seen; adds what they cost beside critics."""
        video = costs.batch.video
        numbers = through(self.encoder, video)
        latents, cost = self._through.draw(numbers, costs.seed, costs.samples)
        fake = self.made(costs, latents)
        off = tf.cast(fake.video, tf.float32) - video
        places = [1, 2, 3, 4]
        costs.add("generator", Weighted("pixels", None), tf.reduce_mean(tf.abs(off), places))
        bands = tf.reduce_mean(tf.abs(haar(off)), places)
        costs.add("generator", Weighted("bands", None, self._costs.bands), bands)
        if self._through.moments > 1:
            costs.add("generator", Weighted("divergence", None, self._costs.kl), cost)
        costs.report.statistics["compressor"] = self._said(off, numbers)
        costs.lose(self.rules.losses, fake.video)
        return fake

    def _said(self, off, numbers):
        """What is logged, each [B]."""
        error = tf.reduce_mean(tf.square(off), [1, 2, 3, 4])
        pixels = math.prod(off.shape[1:4])
        latents = math.prod(self.latent_shape)
        return {
            "psnr": 10 * tf.math.log(4 / tf.maximum(error, 1e-5)) / math.log(10),
            "bits_a_pixel": self._through.bits(numbers) / pixels,
            "ratio": tf.fill(tf.shape(error), off.shape[-1] * pixels / latents),
        }

    def held_out(self, batch, seed, samples):
        """What critics say of real clips not trained on, and how well those are rebuilt."""
        blind = batch._replace(condition=batch.condition[..., :0])
        numbers = self.encoder_average(batch.video, training=False)
        rebuilt = self._drawing.restored(self._through.settle(numbers), batch.label)
        said = self._said(tf.cast(rebuilt, tf.float32) - batch.video, numbers)
        return super().held_out(blind, seed, samples) | {"compressor/held_out": said}

    def implausibility(self, made, real, condition, label, seed, samples):
        """As of Gan; critics aren't told what is given."""
        return super().implausibility(made, real, condition[..., :0], label, seed, samples)
