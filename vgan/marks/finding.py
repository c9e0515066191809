"""Finds the invisible mark in frames that were compressed, cut, enlarged or shrunk since.

The phases of a picture's waves have nothing to do with those that the key drew. So whatever the
picture, the sum of the cosines of their differences over n waves is the sum of n independent
numbers of mean 0 and variance 1/2, and, divided by its deviation, normal to within little: where
there is no mark, z above 5 comes once in 3 million looks. That is counted for each place that is
looked at.

Source: Kuglin and Hines, "The Phase Correlation Image Alignment Method", 1975, for all shifts at
once.
"""

import functools
import itertools
import math
import typing

import cv2
import numpy as np

from vgan.marks.pattern import SIDE, waves

FOUND = 5.0
"""The z from which on a mark is said to be there."""

SMALL = 128
"""Pixels a side below which a mark is mostly lost."""

FRAMES = 128
"""How many frames are looked at, the first ones."""

STEPS = 140
"""Sizes that are tried for each doubling: so near each other that one of them shifts no wave by
much over a few tiles. Half and double size are among them."""

SCALES = 2.0 ** (np.arange(-185, 186) / STEPS)
"""The tried sizes, as shares of that at which the mark was made: 0.4 to 2.5."""

_LUMA = np.float32([0.299, 0.587, 0.114])
_LARGEST = 6 * SIDE  # Pixels a side: as many tiles as tell, in seconds.
_BLUR, _AROUND, _NOISE = 2.5, 2.5, 3.0


class Found(typing.NamedTuple):
    """The best place for a mark.

    Attributes:
      z: how many deviations above what chance gives, the number of places already paid for.
      scale: of the frames, as a share of the size at which they were marked.
      shift: (x, y) of the tile's corner, pixels of the marked frames, each below SIDE.
    """

    z: float
    scale: float
    shift: tuple

    @property
    def chance(self):
        """How probable it is that a video without a mark gives that z or more."""
        return math.erfc(self.z / math.sqrt(2)) / 2


def find(frames):
    """Looks for the mark at its own place, at all shifts, and at all shifts of all sizes.

    Args:
      frames: iterable of uint8 [H, W, 3], one or more, all alike.
    Returns:
      Found.
    """
    left = residual(itertools.islice(frames, FRAMES))
    whole = _agreement(left)
    found = [Found(_paid(whole[0, 0], 1), 1.0, (0, 0)), _best(whole, 1.0, whole.size)]
    places = whole.size * len(SCALES)
    found += [_best(_agreement(_resized(left, scale)), scale, places) for scale in SCALES]
    return max(found)


def residual(frames):
    """The mean over frames of what is left of their brightness without all that is broad, weighted
    down where it is strong, float32 [H, W]: there it is the picture's own.

    Source: Lee, "Digital Image Enhancement and Noise Filtering by Use of Local Statistics", 1980,
    the opposite of its filter.
    """
    total, count = 0, 0
    for frame in frames:
        count += 1
        frame = frame[:_LARGEST, :_LARGEST]  # From its corner, or the tile would be elsewhere.
        grey = frame.astype(np.float32) @ _LUMA
        grey -= cv2.GaussianBlur(grey, (0, 0), _BLUR)
        total = total + grey / (cv2.GaussianBlur(grey * grey, (0, 0), _AROUND) + _NOISE**2)
    return total / count


def _resized(left, scale):
    """What is left at the size at which it was marked, if that was changed by a scale."""
    most = math.ceil(_LARGEST * min(scale, 1))
    left = left[:most, :most]
    size = [max(1, round(side / scale)) for side in left.shape]
    how = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    return cv2.resize(left, size[::-1], interpolation=how)


def _agreement(left):
    """The z of each shift of the tile, float [SIDE, SIDE], by row and column of its corner."""
    folded = np.zeros((SIDE, SIDE), np.float32)
    for y, x in itertools.product(*(range(0, side, SIDE) for side in left.shape)):
        piece = left[y : y + SIDE, x : x + SIDE]
        folded[: len(piece), : piece.shape[1]] += piece
    seen = np.fft.rfft2(folded)
    return np.fft.irfft2(seen / np.maximum(np.abs(seen), 1e-12) * _key(), (SIDE, SIDE))


@functools.cache
def _key():
    """What turns the waves of a tile back, as complex64 for speed, with what makes a z of the sum:
    the inverse transform divides by all waves, and of each its twin counts too.
    """
    key = waves().conj()
    return np.complex64(key * SIDE**2 / 2 / math.sqrt(np.count_nonzero(key) / 2))


def _best(agreement, scale, places):
    y, x = np.unravel_index(agreement.argmax(), agreement.shape)
    return Found(_paid(agreement[y, x], places), float(scale), (int(x), int(y)))


def _paid(z, places):
    """The z of one look that is as improbable as one of `z` or more among several looks.

    A third of the false alarms is for each of the three ways to look. By the tail of the normal
    distribution, as exp(-z^2 / 2) falls: a little too low, never too high.
    """
    return math.sqrt(max(0.0, math.copysign(z * z, z) - 2 * math.log(3 * places)))
