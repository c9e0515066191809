"""Moves of a still picture, chosen by a spec such as `zoom(factor=1.2)`.

Each function here makes a `move(time) -> matrix`: time in [0, 1] from the first to the last frame,
and a 2x3 affine matrix from places (x, y) of the picture to where they are shown, in pixels from
the picture's centre, x right and y down.
"""

import math

import numpy as np

from vgan.core.arguments import check_number
from vgan.core.errors import UsageError
from vgan.motion import tracking

_MOST = 1e6


def pan(dx=0.0, dy=0.0):
    """The picture glides dx pixels to the right and dy down, evenly, from first to last frame."""
    check_number("pan", least=-_MOST, most=_MOST, dx=dx, dy=dy)
    return lambda time: _shift(time * dx, time * dy)


def zoom(factor):
    """It grows about its centre, at an even rate, to `factor` times its size.

    Raises:
      UsageError: a factor below 0.001.
    """
    check_number("zoom", least=1e-3, most=_MOST, factor=factor)
    return lambda time: _turn(0) * factor**time


def rotate(degrees):
    """It turns about its centre, evenly, counter-clockwise as it is seen."""
    check_number("rotate", least=-_MOST, most=_MOST, degrees=degrees)
    return lambda time: _turn(math.radians(degrees) * time)


def sway(amplitude, period=1.0):
    """It swings to the right and left and back, like a sine.

    Args:
      amplitude: pixels to either side.
      period: of one swing, in parts of the animation: 0.5 swings twice.
    Raises:
      UsageError: a period below 0.001.
    """
    check_number("sway", least=-_MOST, most=_MOST, amplitude=amplitude)
    check_number("sway", least=1e-3, most=_MOST, period=period)
    return lambda time: _shift(amplitude * math.sin(2 * math.pi * time / period), 0)


def follow(track):
    """It moves as a tracked object did, whose first position is where it begins.

    Args:
      track: positions [(x, y), ...] in pixels at even times, or the path of a CSV file that
        vgan.show_motion wrote; frames without a position are bridged in a straight line.
    Raises:
      UsageError: no positions.
      DataError: a file that can't be read.
    """
    places = tracking.read_positions(track) if isinstance(track, str) else track
    try:
        places = np.array(places, float).reshape(-1, 2)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"follow(): track={track!r} holds no positions [(x, y), ...]") from None
    known = np.isfinite(places).all(axis=1)
    if not known.any():
        raise UsageError(f"follow(): track={track!r} has no position. Track the object again")
    times = np.linspace(0, 1, len(places))[known]
    steps = (places[known] - places[known][0]).T
    return lambda time: _shift(*(np.interp(time, times, step) for step in steps))


def _shift(dx, dy):
    return np.array([[1.0, 0, dx], [0, 1, dy]])


def _turn(angle):
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, s, 0], [-s, c, 0]])
