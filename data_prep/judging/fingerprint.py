"""A perceptual fingerprint of a clip: nearly the same after recompression or resizing."""

import cv2
import numpy as np

_SIZE = 16  # Bins of a clip in time, and of its frames down and across.
_BLOCKS = 64
_BITS = 256
_DEAD = 0.07
"""Grey levels that a wave must have for a 1: below, noise would decide. Measured on people."""


class Fingerprint:
    """Sees the frames of one clip, in order, and holds sums of small ones, whatever its length.

    The clip's luma is averaged in 16 x 16 x 16 bins. Each bit says whether one of the 256
    slowest waves of its cosine transform is above a threshold; those in time, which
    distinguish clips of one place, count as half again as fast as those in space, and brightness is
    left out.

    Source: Coskun, Sankur and Memon, "Spatio-Temporal Transform Based Video Hashing", 2006,
    section 3, with a fixed threshold in place of the median, so that noise in what stands
    still decides nothing.
    """

    def __init__(self):
        self._sums = np.zeros([_BLOCKS, _SIZE, _SIZE])
        self._block, self._seen = 1, 0  # Frames a block; frames.

    def see(self, frame):
        """Takes the next frame, uint8 [H, W, 3], RGB."""
        if self._seen == _BLOCKS * self._block:
            self._sums[: _BLOCKS // 2] = self._sums[::2] + self._sums[1::2]
            self._sums[_BLOCKS // 2 :] = 0
            self._block *= 2
        luma = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
        small = cv2.resize(luma, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
        self._sums[self._seen // self._block] += small
        self._seen += 1

    def bits(self):
        """The fingerprint, uint64 [4]; its distance to others is how many bits differ.

        Raises:
          ValueError: no frame was seen.
        """
        if not self._seen:
            raise ValueError("a clip without frames has no fingerprint")
        waves = np.einsum(
            "at,by,cx,tyx->abc", _COSINES, _COSINES, _COSINES, self._binned(), optimize=True
        )
        ones = waves.ravel()[_SLOWEST] > _DEAD
        # Dealt out, so that each 16 bits, by which duplicates are looked up, have some of all.
        return np.packbits(ones.reshape(-1, 16).T.ravel()).view(np.uint64)

    def _binned(self):
        """Means over equal parts of the clip; a block or frame between two of them is shared."""
        ends = np.minimum(np.arange(_BLOCKS + 1) * self._block, self._seen)
        bins = np.linspace(0, self._seen, _SIZE + 1)
        begin = np.maximum(bins[:-1, None], ends[:-1])
        shared = np.maximum(np.minimum(bins[1:, None], ends[1:]) - begin, 0)
        weights = shared / np.maximum(np.diff(ends), 1) / bins[1]
        return np.tensordot(weights, self._sums, 1)


def _cosines():
    """The orthonormal DCT-II of the 8 slowest waves, over the root of the length: of amplitudes."""
    wave, place = np.indices([_SIZE // 2, _SIZE])
    scale = np.where(wave == 0, 1, np.sqrt(2)) / _SIZE
    return scale * np.cos(np.pi * wave * (place + 0.5) / _SIZE)


def _slowest():
    """Indices of the waves, slowest first, without the mean."""
    time, down, across = np.indices([_SIZE // 2] * 3).reshape(3, -1)
    return np.lexsort([across, down, time, 1.5 * time + down + across])[1 : _BITS + 1]


_COSINES, _SLOWEST = _cosines(), _slowest()
