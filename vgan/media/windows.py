"""Videos of any length and size through a model of clips: windows in time, tiles in space."""

import itertools

import numpy as np

from vgan.core.errors import UsageError
from vgan.media.tiles import mirrored, process_tiled, ramp


def through(frames, process, clip, overlap, scale=1, rate=1, batch=1):
    """Passes frames through `process` in overlapping blocks, and blends the results.

    Windows begin `T - overlap` frames apart, but for the last one, which ends with the video.
    Neighbours are blended by raised cosines, in time and in space, whose weights add up to one;
    values are rounded once, at the end. Frames smaller than a tile, and videos shorter than a
    window, are mirrored to its size and cut again. At most two windows of frames are held.

    Args:
      frames: iterable of uint8 `[H, W, C]`, all of one size.
      process: a function of blocks, uint8 `[N, T, height, width, C]`, that returns uint8 or float
        `[N, rate * T, scale * height, scale * width, C']` on a scale of 0 to 255.
      clip: (T, height, width) of a block.
      overlap: frames, rows and columns that neighbours share at least, each below that of `clip`.
      scale: how many times larger the results are, a whole number, for super-resolution.
      rate: how many frames there are for each given one, for interpolation.
      batch: tiles that `process` is given at a time; the last ones may be fewer.
    Returns:
      An iterator of uint8 `[H * scale, W * scale, C']`, `rate` times as many as the given ones.
    Raises:
      UsageError: an overlap that isn't below the clip's size.
      ValueError: `process` gives another shape.
    """
    for name, size, shared in zip(("frames", "rows", "columns"), clip, overlap, strict=True):
        if not 0 <= shared < size:
            raise UsageError(f"overlap of {shared} {name}: must be from 0 to {size - 1}. Change it")
    length = clip[0]

    def made(window):
        padded = [window[i] for i in mirrored(np.arange(length), len(window))]
        result = process_tiled(padded, process, clip[1:], overlap[1:], scale, batch)
        if len(result) != rate * length:
            raise ValueError(f"process gave {len(result)} frames, not {rate} * {length}")
        return result[: rate * len(window)]

    return _blended(_windows(frames, length, length - overlap[0]), made, rate)


def window_starts(count, length, overlap):
    """The first frame of each window of a video of `count` frames, as `through` takes them."""
    last = max(count - length, 0)
    return [*range(0, last, length - overlap), last]


def _windows(frames, length, step):
    """Lists of frames, and how much later each begins than the one before."""
    frames = iter(frames)
    window, later = list(itertools.islice(frames, length)), 0
    while window:
        yield window, later
        fresh = list(itertools.islice(frames, step))
        later = len(fresh)
        window = later and window[later:] + fresh


def _blended(windows, made, rate):
    pending = None
    for window, later in windows:
        if pending is not None:
            yield from map(rounded, pending[: later * rate])
            pending = pending[later * rate :].copy()  # Or the whole of it would be kept.
        pending = made(window) if pending is None else joined(pending, made(window))
    if pending is not None:
        yield from map(rounded, pending)


def joined(pending, made):
    """What is made anew, float `[T, ...]`, its first frames blended with those made before."""
    shared = made[: len(pending)]
    shared -= pending
    shared *= ramp(len(pending))[:, None, None, None]
    shared += pending
    return made


def rounded(frame):
    """A frame on a scale of 0 to 255 as uint8."""
    return np.clip(np.rint(frame), 0, 255).astype(np.uint8)
