"""Whether made clips are copies of training clips."""

import numpy as np
import tensorflow as tf

from vgan.metrics import neighbours

_SIDE, _FRAMES = 16, 4


def thumbnails(videos):
    """Small versions of clips, where a copy lies close to what it was copied from.

    Args:
      videos: uint8 [N, T, H, W, 3].
    Returns:
      float64 [N, 3072], grey levels: 4 frames from the first to the last, of 16x16 pixels, scaled
      so that Euclidean distances are root mean square differences.
    """
    moments = np.linspace(0, videos.shape[1] - 1, _FRAMES).round().astype(int)
    frames = videos[:, moments].reshape(-1, *videos.shape[2:])
    small = tf.image.resize(frames, [_SIDE, _SIDE], method="area").numpy()
    flat = small.astype(np.float64).reshape(len(videos), -1)
    return flat / np.sqrt(flat.shape[1])


def nearest(clips, known):
    """The known clip that is nearest to each clip, or to its mirror image.

    Args:
      clips, known: float [N, D] and [M, D], as `thumbnails` gives them.
    Returns:
      distances float64 [N] in grey levels, and int [N], numbers of known clips.
    """
    shape = [-1, _FRAMES, _SIDE, _SIDE, 3]
    mirrored = np.reshape(clips, shape)[:, :, :, ::-1].reshape(len(clips), -1)
    apart = neighbours.distances(np.concatenate([clips, mirrored]), known)
    apart = np.minimum(*np.split(apart, 2))
    best = apart.argmin(axis=1)
    return apart[np.arange(len(clips)), best], best
