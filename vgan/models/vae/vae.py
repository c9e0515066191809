"""The variational family: an encoder beside a generator that decodes, with or without critics."""

import math
import typing

import tensorflow as tf

from vgan.core import randomness
from vgan.models.average import Averaged
from vgan.models.codec import put_back
from vgan.models.game.encoding import Encoding, divergence
from vgan.models.parts import Weighted
from vgan.models.passes import with_losses
from vgan.models.synthesizer import Detector
from vgan.models.vae import evidence

COLLAPSE = Detector(
    ("vae", "bits"), 1.0, math.inf,
    "the encoder says {value:.2f} bits of a clip: the generator hardly listens to it. Try a lower "
    "beta, or --model=vae(free_bits=0.1)",
)  # fmt: skip


class Bound(typing.NamedTuple):
    """How much the divergence from the prior weighs, see family."""

    beta: float = 1.0
    warmup: int = 0
    free_bits: float = 0.0

    def weight(self, steps):
        """Of the divergence, after a number of steps."""
        done = tf.cast(steps, tf.float32)
        return self.beta * tf.minimum(1.0, (done + 1) / (self.warmup + 1))


class Encoded(Averaged):
    """The averages of a generator and of an encoder alone: all that drawing and rebuilding need.

    Args:
      average: as of Averaged; encoder_average: as the encoders of Vae.
    """

    encodes = True

    def __init__(self, average, encoder_average):
        super().__init__(average)
        self.encoder_average = encoder_average

    @property
    def sampling_networks(self):
        """The networks by which clips are drawn, and which say their latents."""
        return [self.average, self.encoder_average]

    def encode(self, video, condition, label):
        """The likeliest latents of clips float32 [B, T, H, W, C]."""
        return self.encoder_average([video, condition, label], training=False)[0]


class Vae(Encoding):
    """An adversarial model whose generator also decodes what an encoder makes of real clips.

    Args:
      parts: as of Encoding; encoders are [video, condition, label] -> mean, log-variance.
      bound: Bound.
    """

    encodes = True

    def __init__(self, *parts, bound):
        super().__init__(*parts)
        self._bound = bound

    def generate(self, costs):
        """Clips for a turn, Seen: encoded ones, and with critics in every second place of noise."""
        latents = self.noise(costs)
        every = 2 if self.critic_modules else 1
        real = [of[::every] for of in costs.batch[:3]]
        (mean, log_variance), losses = with_losses(self.encoder, real)
        likely = _drawn(mean, log_variance, costs.seed, costs.samples[::every])
        if self.critic_modules:
            rows = tf.range(0, tf.shape(latents)[0], every)[:, None]
            likely = tf.tensor_scatter_nd_update(latents, rows, likely)
        if losses:
            costs.add_regularisation(losses)
        fake = self.made(costs, likely)
        found = _found(mean, log_variance, fake.video[::every], *real[:2])
        kl = evidence.spared(found.divergences, self._bound.free_bits) / found.numbers
        costs.add("generator", Weighted("reconstruction", None), evidence.surprise(found.error))
        costs.add("generator", Weighted("divergence", None, self._bound.weight(self.steps)), kl)
        costs.report.statistics["vae"] = found.statistics()
        costs.lose(self.rules.losses, fake.video)
        return fake

    def encode(self, video, condition, label):
        """The likeliest latents of clips float32 [B, T, H, W, C]."""
        return self.encoder_average([video, condition, label], training=False)[0]

    def held_out(self, batch, seed, samples):
        """What critics say of real clips not trained on, and how well those are rebuilt."""
        inputs = batch.condition, batch.label
        mean, log_variance = self.encoder_average([batch.video, *inputs], training=False)
        latents = _drawn(mean, log_variance, seed, samples)
        rebuilt = put_back(self.average([latents, *inputs], training=False), batch.condition)
        said = _found(mean, log_variance, rebuilt, batch.video, batch.condition).statistics()
        return super().held_out(batch, seed, samples) | {"vae/held_out": said}

    def detectors(self):
        """The Detectors of failures of either half."""
        return (COLLAPSE, *super().detectors())


def _drawn(mean, log_variance, seed, samples):
    noise = randomness.normal(seed, randomness.POSTERIOR, samples, mean.shape[1:])
    return mean + tf.exp(0.5 * log_variance) * noise


def _found(mean, log_variance, rebuilt, video, condition):
    hidden = tf.ones_like(video)
    if condition.shape[-1]:
        hidden *= tf.cast(condition[..., -1:] <= 0.5, video.dtype)
    numbers = tf.maximum(tf.reduce_sum(hidden, [1, 2, 3, 4]), 1.0)
    error = tf.reduce_sum(hidden * tf.square(rebuilt - video), [1, 2, 3, 4]) / numbers
    return Found(mean, divergence(mean, log_variance), error, numbers)


class Found(typing.NamedTuple):
    """What was found of encoded clips.

    Attributes:
      mean, divergences: [B, ...], of the latents.
      error: [B], mean squared, of what isn't given; numbers: [B], how many those are.
    """

    mean: tf.Tensor
    divergences: tf.Tensor
    error: tf.Tensor
    numbers: tf.Tensor

    def statistics(self):
        """What is logged, each [B]."""
        nats = tf.reduce_sum(self.divergences, list(range(1, self.divergences.shape.rank)))
        bits = nats / tf.math.log(2.0)
        return {
            "bits": bits,
            "bound": -(evidence.surprise(self.error) + nats / self.numbers) / tf.math.log(2.0),
            "psnr": -10
            * tf.math.log(tf.maximum(self.error, evidence.LEAST_ERROR) / 4)
            / tf.math.log(10.0),
            "active": tf.fill(tf.shape(self.error), evidence.active(self.mean)),
        }
