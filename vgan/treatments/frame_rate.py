"""More or fewer frames a second, at the same speed."""

import functools
import math
from fractions import Fraction

import numpy as np

from vgan.core import spec
from vgan.core.arguments import is_rate
from vgan.core.errors import UsageError

_MADE_AT_ONCE = 8


def treatment(fps, how="nearest"):
    """Repeats, drops, mixes or makes frames; the duration stays, to half a new frame.

    A new frame takes what is shown in the middle of its time: the frame there ("nearest"), or the
    two whose middles lie around it, mixed by how near they are ("blend"). Or it is made of the two
    around its beginning, of which one that begins with it stays as it is; the duration then stays
    to a new frame.

    Args:
      fps: new frames per second, 0.01 to 1000: a number, or text such as '30000/1001'.
      how: "nearest", "blend", or a spec of vgan.motion.interpolation such as
        'flow(kind="bicubic")' or "blocks()".
    Raises:
      UsageError: an unusable rate, or another way; later, frames too small for the estimator.
    """
    rate, way = _fraction(fps), _way(how)
    return lambda frames, old: (way(frames, old / rate), rate)


def _way(how):
    chosen = spec.parse(how)
    if chosen.name in _WAYS and not chosen.arguments:
        return _WAYS[chosen.name]
    try:
        return functools.partial(_made, spec.build(chosen, "vgan.motion.interpolation.{}"))
    except UsageError as error:
        raise UsageError(f"frame_rate(how={how!r}): {error}; or choose nearest") from None


def _fraction(fps):
    try:
        rate = Fraction(fps).limit_denominator(1001)
        if is_rate(rate):
            return rate
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        pass
    raise UsageError(f"frame_rate(fps={fps!r}): not a rate from 0.01 to 1000. Change it") from None


def _nearest(frames, step):
    middle, frame = step / 2, None
    for end, frame in enumerate(frames, start=1):
        while middle < end:
            yield frame
            middle += step
    if middle == step / 2 and frame is not None:  # The video has ended before.
        yield frame


def _blend(frames, step):
    middle, before, end = step / 2, None, 0
    for end, frame in enumerate(frames, start=1):
        while middle < end - Fraction(1, 2):
            yield frame if before is None else _mixed(before, frame, middle - end + Fraction(3, 2))
            middle += step
        before = frame
    least = middle == step / 2 and end > 0
    for _ in range(max(math.ceil((end - middle) / step), least)):
        yield before


def _mixed(first, second, share):
    mixed = first + np.float32(share) * (second.astype(np.float32) - first)
    return np.rint(mixed).astype(np.uint8)


def _made(between, frames, step):
    time, before, end = Fraction(0), None, 0
    for end, frame in enumerate(frames, start=1):
        shares = []
        while time < end - 1:
            shares.append(time - end + 2)
            time += step
        yield from _on_the_way(between, before, frame, shares)
        before = frame
    while time < end:
        yield before
        time += step


def _on_the_way(between, first, second, shares):
    """Frames at some shares, from 0 and below 1, of the way from a frame to the next."""
    if shares[:1] == [0]:
        yield first
    shares = [float(share) for share in shares if share]
    for begin in range(0, len(shares), _MADE_AT_ONCE):
        yield from between(first[None], second[None], shares[begin : begin + _MADE_AT_ONCE])[0]


_WAYS = {"nearest": _nearest, "blend": _blend}
