"""A clip in numbers of several kinds, named by a text such as `colour(bins=8) + motion`."""

import numpy as np

from vgan.core import spec
from vgan.core.errors import UsageError

COUNT = 8
"""Pairs of a clip that are looked at, where it has as many."""


class Description:
    """Describes clips by the kinds that a text names.

    Args:
      text: `name(argument=value) + name(...)`, names of the files beside this one, or dotted
        import paths.
    Raises:
      UsageError: an unknown name or argument, a value out of range, a weight, a kind named twice,
        or a missing package.

    Attributes:
      names: list of D names such as "colour.hue_3".
    """

    def __init__(self, text):
        parts = spec.parse_unweighted(text, "--features")
        if len({part.name for part in parts}) < len(parts):
            raise UsageError(f"--features={text}: names a kind twice. Drop one")
        self._kinds = [(p.name, spec.build(p, "data_prep.features.{}.features")) for p in parts]
        self.names = [f"{name}.{each}" for name, kind in self._kinds for each in kind.names]

    def watch(self):
        """A `Watch` of one clip, which is given its frames one by one."""
        return Watch(self._kinds)

    def describe(self, frames):
        """Describes one clip.

        Args:
          frames: an iterable of at least 2 uint8 [H, W, 3], RGB, such as a uint8 [T, H, W, 3].
        Returns:
          float32 [D], in the order of `names`.
        Raises:
          UsageError: frames too small for the estimator of motion.
        """
        watch = self.watch()
        for frame in frames:
            watch.see(frame)
        return watch.features()


class Watch:
    """Sees the frames of one clip, in order, and describes it; holds less than 2 `COUNT` pairs."""

    def __init__(self, kinds):
        self._kinds = kinds
        self._pairs, self._apart, self._seen, self._before = [], 1, 0, None

    def see(self, frame):
        """Takes the next frame, uint8 [H, W, 3], which is held and must stay as it is."""
        if self._seen and (self._seen - 1) % self._apart == 0:
            self._pairs.append((self._before, frame))
            if len(self._pairs) == 2 * COUNT:
                del self._pairs[1::2]
                self._apart *= 2
        self._before = frame
        self._seen += 1

    def chosen(self):
        """Evenly spaced frames, uint8 [N, H, W, 3], and those that follow them, likewise.

        Raises:
          ValueError: fewer than two frames were seen.
        """
        if not self._pairs:
            raise ValueError("a clip has two frames at least")
        last = len(self._pairs) - 1
        picked = np.linspace(0, last, min(COUNT, last + 1)).round().astype(int)
        first, second = zip(*(self._pairs[index] for index in picked), strict=True)
        return np.stack(first), np.stack(second)

    def features(self):
        """float32 [D], of what was seen so far, two frames at least."""
        pairs = self.chosen()
        described = [_checked(name, kind, pairs) for name, kind in self._kinds]
        return np.concatenate([[], *described]).astype(np.float32)


def _checked(name, kind, pairs):
    values = np.asarray(kind.describe(*pairs))
    if values.shape != (len(kind.names),) or not np.isfinite(values).all():
        raise ValueError(f"{name}: not {len(kind.names)} finite numbers, one a name")
    return values
