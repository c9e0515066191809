"""More or fewer frames a second, at the same speed."""

import math
from fractions import Fraction

import numpy as np

from vgan.errors import UsageError


def treatment(fps, how="nearest"):
    """Repeats, drops or mixes frames; the duration stays, to half a frame.

    A new frame takes what is shown in the middle of its time: the frame there ("nearest"), or the
    two whose middles lie around it, mixed by how near they are ("blend").

    Args:
      fps: new frames per second, 0.01 to 1000: a number, or text such as '30000/1001'.
      how: "nearest" or "blend".
    Raises:
      UsageError: an unusable rate, or another way.
    """
    rate = _fraction(fps)
    if how not in _WAYS:
        raise UsageError(f"frame_rate(how={how!r}): unknown. Choose one of: {', '.join(_WAYS)}")
    return lambda frames, old: (_WAYS[how](frames, old / rate), rate)


def _fraction(fps):
    try:
        rate = Fraction(fps).limit_denominator(1001)
        if 0.01 <= rate <= 1000:
            return rate
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        pass
    raise UsageError(f"frame_rate(fps={fps!r}): not a rate from 0.01 to 1000. Change it") from None


def _nearest(frames, step):
    middle = step / 2
    for index, frame in enumerate(frames):
        while middle < index + 1:
            yield frame
            middle += step


def _blend(frames, step):
    middle, before, end = step / 2, None, 0
    for end, frame in enumerate(frames, start=1):
        while middle < end - Fraction(1, 2):
            yield frame if before is None else _mixed(before, frame, middle - end + Fraction(3, 2))
            middle += step
        before = frame
    for _ in range(math.ceil((end - middle) / step)):
        yield before


def _mixed(first, second, share):
    mixed = first + np.float32(share) * (second.astype(np.float32) - first)
    return np.rint(mixed).astype(np.uint8)


_WAYS = {"nearest": _nearest, "blend": _blend}
