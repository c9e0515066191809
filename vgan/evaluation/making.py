"""The videos of a model that are to be scored."""

import typing

import numpy as np

from vgan import given
from vgan.sampling import CHUNK


class Videos(typing.NamedTuple):
    """The arguments of Evaluator.score."""

    videos: np.ndarray
    targets: np.ndarray | None = None
    asked: np.ndarray | None = None


def videos(model, number, seed, evaluator, told=lambda count: None):
    """Videos of a model; one with a task is given parts of the first real clips.

    Args:
      model: sampling.Model.
      number: how many; fewer where there are fewer real clips to give.
      seed: int of the latents, and of what is given.
      evaluator: evaluator.Evaluator of the real clips.
      told: function that hears how many more are done.
    Returns:
      Videos.
    """
    if model.task.shows:
        chunks = _completed(model, number, seed, evaluator.real)
    else:
        chunks = ((some,) for some in model.stream(number, seed))
    parts = []
    for chunk in chunks:
        parts.append(chunk)
        told(len(chunk[0]))
    return Videos(*(np.concatenate(of) for of in zip(*parts, strict=True)))


def _completed(model, number, seed, real):
    """Chunks of made videos, of what they should be, and of which pixels were asked for.

    Args:
      real: a function of slice -> (videos uint8 [n, T, H, W, 3 or 6], labels int [n]).
    """
    for first in range(0, number, CHUNK):
        seen, labels = real(slice(first, min(first + CHUNK, number)))
        if not len(seen):
            return
        samples = first + np.arange(len(seen))
        pixels, kinds = model.show(seen, seed, samples)
        made = model.complete(pixels, kinds, seed, samples, labels)
        # A clip of which nothing was told has none that it should be.
        told = (kinds != given.HIDDEN).any(axis=(1, 2, 3, 4), keepdims=True)
        yield made, given.parted(seen)[0], told & (kinds != given.KNOWN)
