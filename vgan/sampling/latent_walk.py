"""From one clip to another through the latents of a trained generator."""

import numpy as np

from vgan.core import randomness
from vgan.core.errors import DataError, told
from vgan.sampling import graphs
from vgan.sampling.model import check_seed

_PARALLEL = 1e-4
"""Radians below which an arc is a straight line."""


def of_seed(model, seed, number=0):
    """The latents of video `number` of a seed, float32 of the latent shape; raises UsageError."""
    check_seed(seed)
    shape = model.latent_shape
    return randomness.normal(seed, randomness.SAMPLING, [number], shape)[0].numpy()


def of_file(sampler, path):
    """Latents that vgan.invert wrote, float32 of the latent shape; raises DataError."""
    shape = [1, *sampler.latent_shape]
    try:
        with open(path, "rb") as file:
            found = np.float32(np.load(file))
    except Exception as error:  # A damaged file raises whatever its parser meets.
        raise DataError(
            f"latents {path!r}: can't be read ({told(error)}). Check the file"
        ) from None
    if list(found.shape) != shape or not np.isfinite(found).all() or not found.any():
        raise DataError(
            f"latents {path!r}: {list(found.shape)}, this model's are {shape}, finite, not all 0. "
            "Find them by vgan.invert with the same --workdir"
        )
    return found[0]


def slerp(one, other, share):
    """Goes from one to the other along the arc between them, where normal numbers lie.

    Args:
      one, other: float arrays of one shape, not opposite to each other.
      share: of the way, 0 to 1.
    Returns:
      float32 of that shape; its length goes evenly from that of one to that of the other.

    Source: Shoemake, "Animating Rotation with Quaternion Curves", 1985; White, "Sampling
    Generative Networks", 2016, section 2.1.
    """
    lengths = [np.linalg.norm(end) for end in (one, other)]
    directions = [end / length for end, length in zip((one, other), lengths, strict=True)]
    angle = np.arccos(np.clip(np.sum(directions[0] * directions[1]), -1, 1))
    weights = np.array([1 - share, share])
    length = weights @ lengths
    if angle > _PARALLEL:
        weights = np.sin(weights * angle) / np.sin(angle)
    return np.float32(length * (weights[0] * directions[0] + weights[1] * directions[1]))


def film(model, ends, label, frames):
    """A film of the walk: the clip plays to and fro while it turns from each end into the next.

    Args:
      model: sampling.model.Model.
      ends: two or more latents.
      label: int, the class.
      frames: of the film; each turn begins and ends slowly.
    Yields:
      uint8 [H, W, C].
    """
    clip = model.clip
    swing = [*range(clip.frames), *range(clip.frames - 2, 0, -1)]
    for first in range(0, frames, graphs.CHUNK):
        numbers = range(first, min(first + graphs.CHUNK, frames))
        stops = [_stop(ends, number / (frames - 1)) for number in numbers]
        for number, video in zip(numbers, model.decode(np.stack(stops), label), strict=True):
            yield video[swing[number % len(swing)]]


def _stop(ends, share):
    """The latents at a share of the whole walk."""
    turn = min(int(share * (len(ends) - 1)), len(ends) - 2)
    eased = (1 - np.cos(np.pi * (share * (len(ends) - 1) - turn))) / 2
    return slerp(ends[turn], ends[turn + 1], eased)
