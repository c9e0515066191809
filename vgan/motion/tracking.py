"""Following one object through a video, from its box in the first frame."""

import csv
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from vgan.core.errors import DataError, UsageError
from vgan.core.files import replacing

_COLUMNS = ("frame", "x", "y", "found", "speed", "acceleration")
_POINTS = 100
_FEWEST = 3
_FORTH_AND_BACK = 1.0
"""Pixels: a point that returns farther away from where it began is not followed."""
_WINDOW = 9
_DRIFT = 1.0
"""Pixels along an axis; below it, the points' smoother motion is believed."""
_LIKE, _SURELY_LIKE = 0.5, 0.7
"""Correlations with the object of the first frame: to be still followed, to be found again."""


class Track(NamedTuple):
    """What an object does: float64 `[T, 2]`, bool `[T]`, float64 `[T]` twice.

    Args:
      positions: centres (x, y) in pixels, NaN where not found; pixel (column, row) covers
        column to column + 1 and row to row + 1.
      found: whether it is seen.
      speed: pixels a frame, the length of the central difference (p[t+1] - p[t-1]) / 2, one-sided
        in the first and the last frame; NaN where a position of these is.
      acceleration: pixels a frame^2, the length of p[t+1] - 2 p[t] + p[t-1]; NaN where one of
        these is, as in the first and the last frame.
    """

    positions: np.ndarray
    found: np.ndarray
    speed: np.ndarray
    acceleration: np.ndarray


class Tracker:
    """Follows an object by the median motion of points in its box, which keeps its size.

    Points that Lucas-Kanade doesn't bring back to where they began are dropped (Kalal, Mikolajczyk
    and Matas 2010, "Forward-backward error: automatic detection of tracking failures"). Where the
    object of the first frame is seen beside the box, the box goes there: so it can't drift off.
    An object that is lost, or no longer like itself, is looked for in the whole frame.

    Args:
      frame: uint8 `[H, W, 3]`, the first one.
      box: (x, y, width, height) of the object in it, whole pixels.
    Raises:
      UsageError: the box is below 8 pixels, not in the frame, or shows one plain colour.
    """

    def __init__(self, frame, box):
        height, width = frame.shape[:2]
        x, y, across, down = box
        inside = x >= 0 and y >= 0 and x + across <= width and y + down <= height
        if not inside or min(across, down) < 8:
            raise UsageError(
                f"box {tuple(box)}: it must lie in the frame of {width}x{height} pixels, and be 8 "
                "wide and high at least. Give x, y, width, height of the object in the first frame"
            )
        if not np.ptp(frame[y : y + down, x : x + across], axis=(0, 1)).any():
            raise UsageError(f"box {tuple(box)}: all of one colour. Choose what can be recognised")
        self._grey = _grey(frame)
        self._template = frame[y : y + down, x : x + across]
        self._size = np.array((across, down))
        self._corner = np.array((x, y), float)

    @property
    def centre(self):
        """(x, y) in pixels, NaN where the object is not found."""
        return self._corner + self._size / 2

    def update(self, frame):
        """Looks for the object in the next frame, uint8 `[H, W, 3]`."""
        grey = _grey(frame)
        corner = self._corner
        if np.isfinite(corner).all():
            corner = self._checked(frame, corner + self._motion(grey))
        if not np.isfinite(corner).all():
            corner, likeness = self._best_match(frame, np.zeros(2, int), grey.shape[::-1])
            corner = corner if likeness >= _SURELY_LIKE else np.full(2, np.nan)
        self._corner, self._grey = corner, grey

    def _motion(self, grey):
        """The median motion of the points in the box; NaN where there are too few to trust."""
        left, top = np.clip(np.rint(self._corner), 0, None).astype(int)
        right, bottom = np.clip(np.rint(self._corner + self._size), 0, None).astype(int)
        mask = np.zeros_like(grey)
        mask[top:bottom, left:right] = 255
        start = cv2.goodFeaturesToTrack(self._grey, _POINTS, 0.01, 2, mask=mask)
        if start is None:
            return np.full(2, np.nan)
        end, there, _ = _follow(self._grey, grey, start)
        back, again, _ = _follow(grey, self._grey, end)
        error = np.linalg.norm(back - start, axis=-1)[:, 0]
        good = (there & again).astype(bool)[:, 0] & (error < _FORTH_AND_BACK)
        if good.sum() < _FEWEST:
            return np.full(2, np.nan)
        good &= error <= np.median(error[good])
        return np.median((end - start)[good, 0], axis=0)

    def _checked(self, frame, corner):
        """The corner, or that of the object seen beside it; NaN where nothing is like it."""
        if not np.isfinite(corner).all():
            return corner
        near = np.rint(corner - self._size / 4).astype(int)
        match, likeness = self._best_match(frame, near, near + self._size * 3 // 2)
        if likeness < _LIKE:
            return np.full(2, np.nan)
        moved = np.abs(match - corner).max() > _DRIFT and likeness >= _SURELY_LIKE
        return match if moved else corner

    def _best_match(self, frame, start, end):
        """The corner of what correlates best with the first frame's object, and how well."""
        left, top = np.maximum(start, 0)
        right, bottom = np.maximum(end, 0)
        region = frame[top:bottom, left:right]
        if np.less(region.shape, self._template.shape).any():
            return np.full(2, np.nan), -1.0
        matches = cv2.matchTemplate(region, self._template, cv2.TM_CCOEFF_NORMED)
        row, column = np.unravel_index(matches.argmax(), matches.shape)
        return np.array((left + column, top + row), float), matches.max()


def kinematics(centres):
    """The `Track` of centres `[T, 2]`, NaN where the object was not found."""
    positions = np.array(centres, float)
    speed = np.full(len(positions), np.nan)
    acceleration = speed.copy()
    if len(positions) > 1:
        speed = np.hypot(*np.gradient(positions, axis=0).T)
    if len(positions) > 2:
        acceleration[1:-1] = np.hypot(*np.diff(positions, 2, axis=0).T)
    return Track(positions, np.isfinite(positions).all(axis=1), speed, acceleration)


def write_csv(path, track):
    """Writes a row a frame: frame, x, y, found (1 or 0), speed, acceleration; unknown is empty."""
    with replacing(Path(path)) as temporary, open(temporary, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for frame, (place, found, *rates) in enumerate(zip(*track, strict=True)):
            x, y, *rates = (f"{v:.3f}" if np.isfinite(v) else "" for v in (*place, *rates))
            writer.writerow([frame, x, y, int(found), *rates])


def read_positions(path):
    """Centres float64 `[T, 2]` of a file that `write_csv` wrote; NaN where not found.

    Raises:
      DataError: it can't be read, or is another kind of file.
    """
    try:
        with open(path, newline="") as file:
            rows = list(csv.reader(file))
        if rows[:1] != [list(_COLUMNS)]:
            raise ValueError("its first line is another")
        places = [[float(number or "nan") for number in row[1:3]] for row in rows[1:]]
        return np.reshape(places, (len(places), 2))
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(
            f"track {str(path)!r}: can't be read ({error}). Give a file that show_motion wrote"
        ) from None


def _grey(frame):
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


def _follow(before, after, points):
    return cv2.calcOpticalFlowPyrLK(before, after, points, None, winSize=(_WINDOW, _WINDOW))
