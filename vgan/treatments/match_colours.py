"""Colours brought to those of a reference."""

import functools
import itertools

import numpy as np

from vgan.core.errors import UsageError
from vgan.media.source import open_video

FRAMES = 8
"""Statistics are of the first frames: one transform for all, or colours would flicker."""

# Equations 4 and 6 of the source; the way back is inverted here, since its print is rounded.
_LMS = np.array([[0.3811, 0.5783, 0.0402], [0.1967, 0.7244, 0.0782], [0.0241, 0.1288, 0.8444]])
_OPPONENT = np.array([[1, 1, 1], [1, 1, -2], [1, -1, 0]]) / np.sqrt([[3], [6], [2]])


def treatment(reference):
    """Gives the channels of l-alpha-beta space the means and deviations of a reference.

    Statistics are those of the first 8 frames of either side. One level is added to all values
    meanwhile, since black has no logarithm.

    Args:
      reference: path of a picture or a video.
    Raises:
      UsageError: no path; DataError: it can't be read.

    Source: Reinhard et al., "Color Transfer between Images", 2001, equations 4 to 11.
    """
    if not isinstance(reference, str):
        raise UsageError(f"match_colours(reference={reference!r}): not a path. Write it in quotes")
    wanted = _statistics(itertools.islice(open_video(reference), FRAMES))
    return lambda frames, fps: (_matched(iter(frames), wanted), fps)


def _matched(frames, wanted):
    first = list(itertools.islice(frames, FRAMES))
    if not first:
        return
    (mean, deviation), (new_mean, new_deviation) = _statistics(first), wanted
    # What has no deviation has nothing to stretch.
    gain = np.where(deviation > 1e-4, new_deviation / np.maximum(deviation, 1e-4), 1)
    match = functools.partial(_match, gain=gain, offset=new_mean - gain * mean)
    yield from map(match, itertools.chain(first, frames))


def _match(frame, gain, offset):
    return _from_opponent(_to_opponent(frame) * np.float32(gain) + np.float32(offset))


def _statistics(frames):
    """Means and deviations of the channels of frames, float64 [3] each."""
    means, squares = [], []
    for frame in frames:
        values = _to_opponent(frame).reshape(-1, 3)
        means.append(values.mean(axis=0, dtype=np.float64))
        squares.append(np.square(values).mean(axis=0, dtype=np.float64))
    mean = np.mean(means, axis=0)
    return mean, np.sqrt(np.maximum(np.mean(squares, axis=0) - mean**2, 0))


def _to_opponent(frame):
    light = (frame + np.float32(1)) @ _LMS.T.astype(np.float32)
    return np.log10(light) @ _OPPONENT.T.astype(np.float32)


def _from_opponent(values):
    light = np.power(np.float32(10), values @ np.linalg.inv(_OPPONENT).T.astype(np.float32))
    pixels = light @ np.linalg.inv(_LMS).T.astype(np.float32)
    return np.clip(np.rint(pixels - 1), 0, 255).astype(np.uint8)
