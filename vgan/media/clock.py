"""Which frame of a file is on screen at which moment, in seconds as fractions."""

import math
from fractions import Fraction

from vgan.core.arguments import is_rate

LONGEST_STILL = 3600
"""Seconds; a damaged time stamp would repeat a frame for years."""

LATE = Fraction(1, 4)
"""Of a frame's length, by which a time stamp may be late: containers round to milliseconds."""


class ClockError(ValueError):
    """A frame would come more than LONGEST_STILL after the one before it."""


class Clock:
    """Decoded frames with the times at which they are shown, as pairs, from 0 seconds.

    Times only grow: one that falls back, or is missing, is `step` after the one before.

    Args:
      frames: iterable of `av.VideoFrame`.
      start: when the first of the file is shown by the file's own clock, seconds.
      step: seconds from one frame to the next at the file's own rate.

    Attributes:
      count: how many frames have come.
      time: of the latest, seconds.
    """

    def __init__(self, frames, start, step):
        self._frames, self._start, self._step = frames, start, step
        self.count, self.time = 0, -step

    def __iter__(self):
        for frame in self._frames:
            stamp = time_of(frame, self._start)
            follows = stamp is not None and stamp > self.time
            self.time = stamp if follows else self.time + self._step
            self.count += 1
            yield self.time, frame

    def is_short(self, frames, seconds):
        """Whether the file announced more `frames`, or None, that last longer, or None."""
        late = seconds and self.time < seconds - 2 * self._step
        return bool(late and frames and self.count < frames)


def time_of(frame, start):
    """When a decoded frame is shown, in seconds from `start`; None where the file doesn't say."""
    return None if frame.pts is None else frame.pts * frame.time_base - start


def rate(stream):
    """Frames per second of a video stream, a `Fraction`; None where what it says is absurd."""
    # The average of a short file or a GIF is off where one frame is longer than the others. The
    # base is the true rate, but many times that in files whose frames come unevenly, or as fields,
    # or of one or two frames, which have no average.
    average, base = stream.average_rate, stream.base_rate
    if average and base and 0.001 < abs(base / average - 1) < 0.2:
        average = base
    return average if average and is_rate(average) else None


def sampled(timed, rate, step, end=math.inf):
    """The frames that are on screen at 0, 1 / rate, 2 / rate, ... seconds.

    Args:
      timed: pairs of a time that grows and an `av.VideoFrame`.
      rate: frames per second.
      step: seconds for which the last frame is shown where the file says nothing else.
      end: seconds after which nothing is on screen.
    Returns:
      a generator of frames, of which some may be passed over and others repeated.
    Raises:
      ClockError: a gap too long to be true, after what comes before it was given.
    """
    given, held = 0, None
    for number, (time, frame) in enumerate(timed):
        due = max(given, math.ceil(time * rate - LATE))
        if due - given > LONGEST_STILL * rate:
            raise ClockError(f"frame {number} would come at {float(time):.0f} seconds")
        for _ in range(due - given if held is not None else 0):
            yield held
        given, held = due if held is not None else 0, frame
    if held is not None:
        last = time + min(_shown(held, step), max(step, end - time))
        # At a file's own rate none is too short to be seen.
        least = int(given == 0 or rate * step > 1 - LATE)
        for _ in range(max(least, math.ceil(last * rate - LATE) - given)):
            yield held


def _shown(frame, step):
    """Seconds for which the last frame is shown; rounding to milliseconds changes nothing."""
    seconds = frame.duration * frame.time_base if frame.duration else step
    rounded = abs(seconds - step) <= LATE * step
    return step if rounded or seconds > LONGEST_STILL else seconds
