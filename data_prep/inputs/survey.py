"""A first look at a whole video, for what has to be known before its frames are cut and written."""

import dataclasses

import cv2
import numpy as np

from data_prep.inputs.framing import WHOLE
from vgan.core import spec

_DARK = 24
"""Grey levels; a row or column that never gets brighter is border. Coded black is noisy."""

_MOTION_SIDE = 64

_OUTSTANDING = 6
"""Median deviations above the median, from which a place counts as moving: four of a Gaussian."""


@dataclasses.dataclass(frozen=True)
class Survey:
    """What was seen.

    Attributes:
      content: top, left, bottom, right inside black borders, in parts of the frame.
      centre: y and x about which most moves inside that, in parts of the frame, or None.
      cuts: numbers of the frames at which a new shot begins.
    """

    content: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    centre: tuple[float, float] | None = None
    cuts: tuple[int, ...] = ()


def survey(source, settings):
    """Reads a source once for what the settings need; not at all where they need nothing.

    Args:
      source: has `frames(framing)`.
      settings: `Settings`.
    Returns:
      a `Survey`.
    """
    if not (settings.remove_borders or settings.fit == "motion" or settings.shots):
        return Survey()
    borders, motion = Borders(), Motion()
    frames = _watched(source.frames(WHOLE), borders, motion)
    cuts = ()
    if settings.shots:
        cuts = tuple(spec.build(spec.parse(settings.shots), "data_prep.inputs.shots.{}")(frames))
    for _ in frames:
        pass
    content = borders.content() if settings.remove_borders else Survey.content
    centre = motion.centre(content) if settings.fit == "motion" else None
    return Survey(content, centre, cuts)


class Borders:
    """Finds black borders: rows and columns that are dark in every frame."""

    def __init__(self):
        self._rows = self._columns = None

    def see(self, frame):
        """Looks at a frame, uint8 `[H, W, 3]`; of another size than the first, it's passed over."""
        brightest = frame.max(axis=2)
        rows, columns = brightest.max(axis=1), brightest.max(axis=0)
        if self._rows is None:
            self._rows, self._columns = rows, columns
        elif rows.shape == self._rows.shape and columns.shape == self._columns.shape:
            np.maximum(self._rows, rows, out=self._rows)
            np.maximum(self._columns, columns, out=self._columns)

    def content(self):
        """Top, left, bottom, right of what isn't border, in parts; all where all is dark."""
        if self._rows is None or self._rows.max() <= _DARK:
            return Survey.content
        (top, bottom), (left, right) = (_inside(line) for line in (self._rows, self._columns))
        return (top, left, bottom, right)


class Motion:
    """Finds about where most moves: the centre of the summed differences of frames."""

    def __init__(self):
        self._last = self._sum = None

    def see(self, frame):
        """Looks at a frame, uint8 `[H, W, 3]`."""
        gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        small = cv2.resize(gray, (_MOTION_SIDE,) * 2, interpolation=cv2.INTER_AREA)
        if self._last is None:
            self._sum = np.zeros(small.shape)
        else:
            self._sum += cv2.absdiff(small, self._last)
        self._last = small

    def centre(self, content):
        """y and x of the centre of what moves inside `content`, in parts; its middle if nothing."""
        top, left, bottom, right = content
        if self._sum is None:
            return None
        at = (np.arange(_MOTION_SIDE) + 0.5) / _MOTION_SIDE
        inside = ((at >= top) & (at <= bottom))[:, None] & (at >= left) & (at <= right)
        # What is everywhere, such as noise, must not pull the centre to the middle.
        middle = (top + bottom) / 2, (left + right) / 2
        if not inside.any():  # A line, thinner than what was seen.
            return middle
        usual = np.median(self._sum[inside])
        spread = np.median(abs(self._sum[inside] - usual))
        moved = np.maximum(self._sum - usual - _OUTSTANDING * spread, 0) * inside
        if moved.sum() == 0:
            return middle
        return tuple(float((moved.sum(axis=axis) * at).sum() / moved.sum()) for axis in (1, 0))


def _watched(frames, *watchers):
    for frame in frames:
        for watcher in watchers:
            watcher.see(frame)
        yield frame


def _inside(line):
    bright = np.flatnonzero(line > _DARK)
    return bright[0] / len(line), (bright[-1] + 1) / len(line)
