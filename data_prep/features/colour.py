"""Colours: how many pixels are of which, and the moments of each channel."""

import cv2
import numpy as np

from data_prep.features.kind import Kind
from vgan.core.arguments import check_whole

_HSV_ENDS = np.array([360, 1, 1])


def features(bins=8):
    """Histograms in HSV and moments in Lab, of all pixels that are looked at.

    The hue of a thing is the same in light and shade, so histograms are of hue, saturation and
    value. Grey has no hue but noise: pixels weigh in the histogram of hues by their chroma
    (largest less smallest of R, G, B, in [0, 1]), so that it sums up to the mean chroma; the two
    others are shares of pixels. In Lab equal distances look about equally far, so moments
    are of L in [0, 100], a and b: mean, deviation, and the cube root of the third central
    moment, which is in units of the channel as well.

    Args:
      bins: of each histogram, 2 to 64. Hues of 0 to 360 / bins degrees are in hue_0.
    Raises:
      UsageError: `bins` is out of its range.

    Source: the moments, Stricker and Orengo, "Similarity of Color Images", 1995, equation 3.
    """
    check_whole("colour", 2, 64, bins=bins)
    names = [f"{part}_{k}" for part in ("hue", "saturation", "value") for k in range(bins)]
    names += [f"{part}_{c}" for c in "lab" for part in ("mean", "deviation", "skewness")]
    return Kind(names, lambda frames, following: _describe(frames, bins))


def _describe(frames, bins):
    pixels = frames.reshape(-1, 1, 3).astype(np.float32) / 255
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)[:, 0]
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)[:, 0]
    chroma = hsv[:, 1] * hsv[:, 2]
    # np.histogram with weights takes ten times as long.
    numbers = np.minimum(hsv * (bins / _HSV_ENDS), bins - 1).astype(np.intp)
    histograms = [
        np.bincount(channel, weight, bins) / len(pixels)
        for channel, weight in zip(numbers.T, (chroma, None, None), strict=True)
    ]
    mean = lab.mean(axis=0, dtype=np.float64)
    apart = lab - mean
    squares = apart * apart
    moments = [mean, np.sqrt(squares.mean(axis=0)), np.cbrt((squares * apart).mean(axis=0))]
    return np.concatenate([*histograms, np.transpose(moments).ravel()])
