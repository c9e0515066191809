"""The videos of a model that are to be scored."""

import typing

import numpy as np
import tensorflow as tf

from vgan.core.clip import to_float
from vgan.sampling import graphs
from vgan.sampling.graphs import CHUNK
from vgan.tasks import given


class Videos(typing.NamedTuple):
    """The arguments of Evaluator.score, of the same names."""

    videos: np.ndarray
    targets: np.ndarray | None = None
    asked: np.ndarray | None = None
    rebuilt: np.ndarray | None = None


def videos(model, number, seed, evaluator, progress=lambda count: None, shows=None):
    """Videos of a model, of nothing or completing what its task gives of the first real clips.

    Args:
      model: sampling.Model.
      number: how many; fewer come back where there are fewer real clips to complete.
      seed: int of the latents and of what is given.
      evaluator: evaluator.Evaluator of the real clips.
      progress: called with how many more are done.
      shows: whether something of real clips is given; by default, as the model's task has it.
    Returns:
      Videos.
    """
    if model.task.shows if shows is None else shows:
        chunks = _completed(model, number, seed, evaluator.real)
        if model.task.relabels or not evaluator.pairs:
            chunks = (chunk[:1] for chunk in chunks)  # There is none that they should be.
    else:
        chunks = ((some,) for some in model.stream(number, seed))
    parts = []
    for chunk in chunks:
        parts.append(chunk)
        progress(len(chunk[0]))
    return Videos(*(np.concatenate(of) for of in zip(*parts, strict=True)))


def rebuilt(sampler, card, number, real):
    """The first real clips, uint8 [N, T, H, W, C], through the latents of a sampler that encodes.

    Args:
      sampler: models.synthesizer.Sampler; card: sampling.card.Card of its clips.
      number: how many, at most.
      real: as of _completed.
    """
    found = []
    for first in range(0, number, CHUNK):
        videos, _, labels = real(slice(first, min(first + CHUNK, number)))
        if not len(videos):
            break
        labels = tf.constant(labels, tf.int32)
        latents = graphs.latents_of(sampler, card, to_float(tf.constant(videos)), labels)
        found.append(graphs.decode(sampler, card, latents, labels).numpy())
    return np.concatenate(found)


def _completed(model, number, seed, real):
    """Chunks of made videos, of what they should be, and of which pixels were asked for.

    Args:
      real: a function of slice -> (videos uint8 [n, T, H, W, C], their sources, labels int [n]).
    """
    for first in range(0, number, CHUNK):
        real_videos, source, labels = real(slice(first, min(first + CHUNK, number)))
        if not len(real_videos):
            return
        samples = first + np.arange(len(real_videos))
        pixels, kinds = model.show(real_videos, seed, samples, source)
        labels = model.asked(labels, seed, samples)
        made = model.complete(pixels, kinds, seed, samples, labels)
        # Where nothing of a clip was given, there is none that it should be.
        shown = (kinds != given.HIDDEN).any(axis=(1, 2, 3, 4), keepdims=True)
        yield made, real_videos, shown & (kinds != given.KNOWN)
