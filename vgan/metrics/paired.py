"""How close a clip is to the one it should be, for tasks where there is such a clip."""

import numpy as np
import tensorflow as tf

WINDOW = 11
"""Height and width in pixels of the windows that SSIM looks at."""


def psnr(videos, targets, made=None):
    """Peak signal-to-noise ratio in dB, the mean over frames.

    Args:
      videos, targets: uint8 [N, T, H, W, 3]; the peak is always 255.
      made: bool [N, T, H, W, 1], the pixels that count, since the others were given; frames
        without any don't count. None for all.
    Returns:
      float64 [N]; equal frames count as 100 dB, since the ratio is infinite. NaN for a clip that
      was given whole.
    """
    return _of_each(_psnr, videos, targets, made)


def ssim(videos, targets, made=None):
    """Structural similarity, the mean over frames, with an 11x11 Gaussian window of sigma 1.5.

    Source: Wang et al. 2004, "Image quality assessment", as `tf.image.ssim` has it.

    Args:
      videos, targets: uint8 [N, T, H, W, 3], H and W of at least 11; the range is always 255.
      made: as in psnr; a window counts where its middle does.
    Returns:
      float64 [N], at most 1; NaN for a clip that was given whole.
    """
    return _of_each(_ssim, videos, targets, made)


def _of_each(measure, videos, targets, made):
    masks = [None] * len(videos) if made is None else made[..., 0]
    return np.array([measure(*of) for of in zip(videos, targets, masks, strict=True)])


def _psnr(video, target, made):
    error = np.square(video.astype(np.float64) - target).mean(axis=3)
    with np.errstate(divide="ignore"):
        return _mean(np.minimum(10 * np.log10(255.0**2 / _frame_means(error, made)), 100.0))


def _ssim(video, target, made):
    whole = tf.image.ssim(video, target, max_val=255, return_index_map=True).numpy()
    inner = slice(WINDOW // 2, -(WINDOW // 2))
    return _mean(_frame_means(np.float64(whole), None if made is None else made[:, inner, inner]))


def _mean(values):
    return values.mean() if len(values) else np.nan


def _frame_means(values, made):
    """Means [t] of values [T, H, W] over each frame's made pixels, of the frames that have some."""
    if made is None:
        return values.mean(axis=(1, 2))
    counts = made.sum(axis=(1, 2))
    return (values * made).sum(axis=(1, 2))[counts > 0] / counts[counts > 0]
