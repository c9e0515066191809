"""A clip in numbers of several kinds, named by a text such as `colour(bins=8) + motion`."""

import numpy as np

from data_prep.features.even_pairs import EvenPairs
from vgan.core import spec
from vgan.core.errors import UsageError


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
    """Sees the frames of one clip, in order, and describes it; holds a few of them."""

    def __init__(self, kinds):
        self._kinds = kinds
        self._pairs = EvenPairs()
        self.see = self._pairs.see

    def features(self):
        """float32 [D], of what was seen so far, two frames at least."""
        pairs = self._pairs.chosen()
        described = [_checked(name, kind, pairs) for name, kind in self._kinds]
        return np.concatenate([[], *described]).astype(np.float32)


def _checked(name, kind, pairs):
    values = np.asarray(kind.describe(*pairs))
    if values.shape != (len(kind.names),) or not np.isfinite(values).all():
        raise ValueError(f"{name}: not {len(kind.names)} finite numbers, one a name")
    return values
