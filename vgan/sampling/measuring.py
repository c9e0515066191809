"""Clips of a trained generator by their latents, and what they show."""

import functools
import typing

import numpy as np
import tensorflow as tf

from vgan.core import randomness
from vgan.core.errors import UsageError
from vgan.metrics import content
from vgan.sampling import graphs

MOVES = 0.5
"""Pixels a frame from which a pixel counts as moving, where flow is estimated."""


class Drawn(typing.NamedTuple):
    """Clips of a model, measured.

    Attributes:
      latents: float32 [N, *latent_shape].
      labels: int32 [N], zeros where there are no classes.
      values: float64 [N, S], the statistics of content.UNITS, NaN where they say nothing.
    """

    latents: np.ndarray
    labels: np.ndarray
    values: np.ndarray


class Measure:
    """Draws clips of latents and measures what they show.

    Args:
      sampler: models.synthesizer.Sampler; card: sampling.card.Card of its clips.
      estimate: estimator of vgan.motion.estimators, for a sampler that doesn't know its motion.
      label: int, the class of all clips; -1 deals the classes out in turn.
    Raises:
      UsageError: clips of one frame.
    """

    def __init__(self, sampler, card, estimate, label=-1):
        if card.clip.frames < 2:
            raise UsageError(f"clips of {card.clip}: one frame has no motion. Name another run")
        self.sampler, self.card, self._estimate = sampler, card, estimate
        self._label = label
        make = functools.partial(graphs.made, sampler, with_motion=sampler.knows_motion)
        self._made = tf.function(make, autograph=False)

    def draw(self, seed, number, first=0, progress=iter):
        """Drawn, of clips `first` to `first + number - 1` of a seed, as Model.sample has them.

        Args:
          progress: wraps the iterable of chunks of clips.
        """
        samples = np.arange(first, first + number)
        shape = self.sampler.latent_shape
        latents = randomness.normal(seed, randomness.SAMPLING, samples, shape).numpy()
        labels = np.int32(samples % max(len(self.card.labels), 1))
        labels = labels if self._label < 0 else np.full(number, self._label, np.int32)
        return Drawn(latents, labels, self.values(latents, labels, progress))

    def values(self, latents, labels, progress=iter):
        """The statistics of the clips of latents, float64 [N, S]; arguments as above."""
        firsts = progress(range(0, len(latents), graphs.CHUNK))
        chunks = (self._chunk(latents, labels, first) for first in firsts)
        found = [content.statistics(*self._with_motion(*made)) for made in chunks]
        return np.concatenate([np.stack(list(of.values()), 1) for of in found])

    def videos(self, latents, labels):
        """The clips of latents, uint8 [N, T, H, W, 3]; arguments as above."""
        firsts = range(0, len(latents), graphs.CHUNK)
        return np.concatenate([self._chunk(latents, labels, first)[0] for first in firsts])

    def _chunk(self, latents, labels, first):
        """A few videos; and their flow and masks where the sampler knows them."""
        some = np.arange(first, first + graphs.CHUNK)
        kept, some = some < len(latents), np.minimum(some, len(latents) - 1)  # All of one size.
        nothing = graphs.nothing_given(self.card, graphs.CHUNK)
        made = self._made(latents=latents[some], condition=nothing, labels=labels[some])
        return [of.numpy()[kept] for of in tf.nest.flatten(made)]

    def _with_motion(self, videos, flow=None, masks=None):
        """Videos, their flow, and how much of each pixel but of the last frame is what moves."""
        if masks is not None:
            return videos, flow, np.clip(masks[:, :-1].sum(-1), 0, 1)
        flow = flow_of(videos, self._estimate)
        return videos, flow, np.float32(np.hypot(flow[..., 0], flow[..., 1]) >= MOVES)


def flow_of(videos, estimate):
    """The flow of clips uint8 [N, T, H, W, 3] by an estimator, float32 [N, T-1, H, W, 2]."""
    pairs = (of.reshape(-1, *videos.shape[2:]) for of in (videos[:, :-1], videos[:, 1:]))
    return estimate(*pairs).reshape(len(videos), -1, *videos.shape[2:4], 2)
