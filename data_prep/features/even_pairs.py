"""Pairs of neighbouring frames, evenly spaced over a clip whose length isn't known before."""

import numpy as np

COUNT = 8
"""Pairs of a clip that are looked at, where it has as many."""


class EvenPairs:
    """Sees frames one by one and holds less than twice `COUNT` pairs of them."""

    def __init__(self):
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
