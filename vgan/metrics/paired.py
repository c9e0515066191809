"""How near a clip lies to the one it should be, for tasks where there is such a clip."""

import numpy as np
import tensorflow as tf

WINDOW = 11
"""SSIM looks at windows of so many pixels each way."""


def psnr(videos, targets):
    """Peak signal-to-noise ratio in dB, the mean over frames.

    Args:
      videos, targets: uint8 [N, T, H, W, 3]; the peak is always 255.
    Returns:
      float64 [N]; equal frames count as 100 dB, since the ratio is infinite.
    """
    values = []
    for video, target in zip(videos, targets, strict=True):
        error = np.square(video.astype(np.float64) - target).mean(axis=(1, 2, 3))
        with np.errstate(divide="ignore"):
            values.append(np.minimum(10 * np.log10(255.0**2 / error), 100.0).mean())
    return np.array(values)


def ssim(videos, targets):
    """Structural similarity, the mean over frames, with an 11x11 Gaussian window of sigma 1.5.

    Source: Wang et al. 2004, "Image quality assessment", as `tf.image.ssim` has it.

    Args:
      videos, targets: uint8 [N, T, H, W, 3], H and W of at least 11; the range is always 255.
    Returns:
      float64 [N], at most 1.
    """
    values = [
        tf.reduce_mean(tf.image.ssim(video, target, max_val=255))
        for video, target in zip(videos, targets, strict=True)
    ]
    return np.array(values, np.float64)
