"""Haar's wavelets of clips."""

import numpy as np
from keras import ops

_PAIR = np.float32([[1, 1], [1, -1]]) / np.float32(np.sqrt(2))
_BANDS = np.kron(_PAIR, np.kron(_PAIR, _PAIR))


def haar(video):
    """Cells of 2x2x2 pixels [B, T, H, W, C] to their 8 bands [B, T/2, H/2, W/2, 8 C], lowest first.

    Orthonormal, so `unhaar` is exact and squares keep their sum. Band 4t + 2h + w has differences
    along the axes of its ones.

    Source: Haar, "Zur Theorie der orthogonalen Funktionensysteme", 1910.
    """
    (frames, height, width), channels = (side // 2 for side in video.shape[1:4]), video.shape[-1]
    x = _swapped(video, 2, width, 2 * channels)  # The rows of a cell go past its columns,
    x = _swapped(x, 2, height * width, 4 * channels)  # and its frames past both.
    x = ops.reshape(x, (-1, frames, height, width, 8 * channels))
    return ops.matmul(x, _matrix(channels).T)


def unhaar(bands):
    """The clips whose bands these are, see `haar`."""
    (frames, height, width), channels = bands.shape[1:4], bands.shape[-1] // 8
    x = ops.matmul(bands, _matrix(channels))
    x = _swapped(x, height * width, 2, 4 * channels)
    x = _swapped(x, width, 2, 2 * channels)
    return ops.reshape(x, (-1, 2 * frames, 2 * height, 2 * width, channels))


def _swapped(x, first, second, rest):
    """Values as [N, first, second, rest] to [N, second, first, rest]; LiteRT knows few axes."""
    return ops.transpose(ops.reshape(x, (-1, first, second, rest)), (0, 2, 1, 3))


def _matrix(channels):
    return np.kron(_BANDS, np.eye(channels, dtype=np.float32))
