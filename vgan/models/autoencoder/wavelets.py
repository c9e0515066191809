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
    halves, channels = [side // 2 for side in video.shape[1:4]], video.shape[-1]
    x = ops.reshape(video, (-1, halves[0], 2, halves[1], 2, halves[2], 2, channels))
    x = ops.transpose(x, (0, 1, 3, 5, 2, 4, 6, 7))
    return ops.matmul(ops.reshape(x, (-1, *halves, 8 * channels)), _matrix(channels).T)


def unhaar(bands):
    """The clips whose bands these are, see `haar`."""
    halves, channels = bands.shape[1:4], bands.shape[-1] // 8
    x = ops.matmul(bands, _matrix(channels))
    x = ops.reshape(x, (-1, *halves, 2, 2, 2, channels))
    x = ops.transpose(x, (0, 1, 4, 2, 5, 3, 6, 7))
    return ops.reshape(x, (-1, *(2 * side for side in halves), channels))


def _matrix(channels):
    return np.kron(_BANDS, np.eye(channels, dtype=np.float32))
