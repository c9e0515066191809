"""When frames are shown: pure arithmetic of time stamps, in seconds as fractions."""

import math
from fractions import Fraction

LONGEST_STILL = 3600
"""Seconds; a damaged time stamp would repeat a frame for years."""

# Of a frame's length, by which a time stamp may be late: containers round them to milliseconds.
_LATE = Fraction(1, 4)


class ClockError(ValueError):
    """A frame would come more than LONGEST_STILL after the one before it."""


def growing(stamped, step):
    """Times that only grow: one that falls back, or isn't told (None), is `step` after the last.

    Args:
      stamped: pairs of a time, or None, and a frame.
      step: seconds.
    Returns:
      a generator of pairs of a time and a frame.
    """
    last = -step
    for told, frame in stamped:
        last = told if told is not None and told > last else last + step
        yield last, frame


def sampled(timed, rate, shown):
    """What is on screen at 0, 1 / rate, 2 / rate, ... seconds.

    Args:
      timed: pairs of a time that grows and a frame.
      rate: frames per second.
      shown: seconds that the last frame stays.
    Returns:
      a generator of frames, of which some may be passed over and others repeated.
    Raises:
      ClockError: a gap too long to be true, after what comes before it was given.
    """
    given, held, time = 0, None, None
    for time, frame in timed:
        due = max(given, math.ceil(time * rate - _LATE))
        if due - given > LONGEST_STILL * rate:
            raise ClockError(f"a frame would come at {float(time):.0f} seconds")
        for _ in range(due - given if held is not None else 0):
            yield held
        given, held = due if held is not None else 0, frame
    if held is not None:
        end = math.ceil((time + shown) * rate - _LATE)
        for _ in range(max(given == 0, end - given)):
            yield held
