"""Which clips are not worth keeping, named by a text such as `static(below=0.2) + black`.

Each function here is a rule. All but `near_duplicates`, which is about clips beside others, give
a function that makes a judge of one clip: `see(frame)`, uint8 [H, W, 3], for each frame in
order, then `reason()`, "" to keep the clip. A judge holds a frame at most.
"""

import dataclasses
import functools

import cv2
import numpy as np

from data_prep.judging.fingerprint import Fingerprint
from vgan.core import spec
from vgan.core.arguments import check_number, check_whole
from vgan.core.errors import UsageError


def static(below=0.2):
    """Drops a clip in which nothing changes: the mean absolute difference of neighbouring frames.

    Args:
      below: grey levels, 0.001 to 255.
    Raises:
      UsageError: `below` is out of its range.
    """
    check_number("static", least=0.001, most=255, below=below)
    return functools.partial(_Static, below)


def black(below=16, spread=8):
    """Drops a clip that is dark all over: the mean luma of all pixels, and its deviation.

    Args:
      below: grey levels of the mean, 0.001 to 255.
      spread: grey levels of the deviation: pictures of night with lights have more.
    Raises:
      UsageError: an argument out of its range.
    """
    check_number("black", least=0.001, most=255, below=below)
    check_number("black", least=0.001, most=255, spread=spread)
    return functools.partial(_Black, below, spread)


def near_duplicates(distance=31):
    """Drops a clip that is nearly the same as an earlier one.

    Args:
      distance: of the 256 bits of their fingerprints, how many may differ, 0 to 63.
    Raises:
      UsageError: `distance` is out of its range.
    """
    check_whole("near_duplicates", 0, 63, distance=distance)
    return NearDuplicates(distance)


@dataclasses.dataclass(frozen=True)
class NearDuplicates:
    distance: int


class Drop:
    """The rules that a text names.

    Args:
      text: `name(argument=value) + name(...)`, of the functions above or dotted import paths.
    Raises:
      UsageError: an unknown name or argument, a value out of range, a weight, or a rule that is
        named twice.

    Attributes:
      distance: of near duplicates, for `near_duplicates.duplicates`, or None where they are kept.
    """

    def __init__(self, text):
        parts = spec.parse_unweighted(text, "--drop")
        if len({part.name for part in parts}) < len(parts):
            raise UsageError(f"--drop={text}: names a rule twice. Drop one")
        rules = [spec.build(part, "data_prep.judging.filters.{}") for part in parts]
        self._judges = [rule for rule in rules if not isinstance(rule, NearDuplicates)]
        distances = [rule.distance for rule in rules if isinstance(rule, NearDuplicates)]
        self.distance = distances[0] if distances else None

    def watch(self):
        """A `Watch` of one clip."""
        judges = [judge() for judge in self._judges]
        return Watch(judges, None if self.distance is None else Fingerprint())


class Watch:
    """Sees the frames of one clip, in order, and judges it."""

    def __init__(self, judges, fingerprint):
        self._judges, self._fingerprint = judges, fingerprint

    def see(self, frame):
        """Takes the next frame, uint8 [H, W, 3], RGB, which is held and must stay as it is."""
        for judge in self._judges:
            judge.see(frame)
        if self._fingerprint:
            self._fingerprint.see(frame)

    def reason(self):
        """Why the clip is to be dropped, the first rule's word, or "" to keep it."""
        return next(filter(None, (judge.reason() for judge in self._judges)), "")

    def fingerprint(self):
        """uint64 [4], or None where near duplicates are kept."""
        return self._fingerprint.bits() if self._fingerprint else None


class _Static:
    def __init__(self, below):
        self._below = below
        self._before, self._pairs, self._sum = None, 0, 0.0

    def see(self, frame):
        if self._before is not None:
            self._sum += cv2.norm(frame, self._before, cv2.NORM_L1) / frame.size
            self._pairs += 1
        self._before = frame

    def reason(self):
        mean = self._sum / max(self._pairs, 1)
        if mean >= self._below:
            return ""
        return f"static: mean difference {mean:.3g} grey levels, below {self._below:g}"


class _Black:
    def __init__(self, below, spread):
        self._below, self._spread = below, spread
        self._frames, self._sums = 0, np.zeros(2)

    def see(self, frame):
        mean, deviation = cv2.meanStdDev(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY))
        self._sums += mean.item(), mean.item() ** 2 + deviation.item() ** 2
        self._frames += 1

    def reason(self):
        mean, square = self._sums / max(self._frames, 1)
        spread = np.sqrt(max(square - mean**2, 0))
        if mean >= self._below or spread >= self._spread:
            return ""
        return (
            f"black: mean luma {mean:.3g}, below {self._below:g}, "
            f"and its deviation {spread:.3g}, below {self._spread:g}"
        )
