"""A video rebuilt from its key frames, and how near it comes to what it was."""

import dataclasses
import itertools
import math

import numpy as np

# Frames between that are made at a time: all of a long gap wouldn't fit into memory.
_AT_ONCE = 8


def last_kept(moments):
    """The same moments, the last of them kept too: nothing can be interpolated after it."""
    for moment, following in itertools.pairwise(itertools.chain(moments, [None])):
        yield moment if following else dataclasses.replace(moment, kept=True)


def rebuild(moments, between):
    """Puts frames between key frames anew; those between two are held meanwhile.

    Args:
      moments: iterable of `selection.Moment`, the first and the last of them kept.
      between: as vgan.motion.interpolation makes them.
    Returns:
      An iterable of (moment, uint8 `[H, W, 3]`); a key frame is its own.
    """
    held = []
    for moment in moments:
        if moment.kept:
            if held:
                yield from _filled(held, moment, between)
            yield moment, moment.frame
            held = [moment]
        else:
            held.append(moment)


def _filled(held, end, between):
    start, *lost = held
    for first in range(0, len(lost), _AT_ONCE):
        part = lost[first : first + _AT_ONCE]
        times = [(moment.number - start.number) / (end.number - start.number) for moment in part]
        made = between(start.frame[None], end.frame[None], times)[0]
        yield from zip(part, made, strict=True)


class Likeness:
    """How near rebuilt frames come to what they were, taken up frame by frame.

    All are peak signal-to-noise ratios in dB, the peak being 255; equal frames count as 100 dB.

    Attributes:
      worst: of the worst frame, with its number; None where all were kept.
    """

    def __init__(self):
        self.worst = None
        self._squares, self._frames, self._ratios, self._made = 0.0, 0, 0.0, 0

    def add(self, moment, frame):
        """Takes up what `rebuild` gives."""
        error = float(np.square(np.subtract(frame, moment.frame, dtype=np.float32)).mean())
        self._squares += error
        self._frames += 1
        if not moment.kept:
            ratio = _psnr(error)
            self._ratios += ratio
            self._made += 1
            self.worst = min(self.worst or (ratio, moment.number), (ratio, moment.number))

    @property
    def made(self):
        """The mean over the frames that were not kept; NaN where all were."""
        return self._ratios / self._made if self._made else math.nan

    @property
    def all(self):
        """That of the mean squared error over all frames, which is 0 where they were kept."""
        return _psnr(self._squares / self._frames)


def _psnr(error):
    return min(10 * math.log10(255**2 / error), 100.0) if error else 100.0
