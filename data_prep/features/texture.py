"""Texture: local binary patterns, and how much there is of stripes of each width and direction."""

import functools

import cv2
import numpy as np

from data_prep.features.extra import scikit_image
from data_prep.features.kind import Kind
from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError


def features(orientations=4, wavelengths=(3, 6, 12)):
    """Shares of uniform local binary patterns, and energies of Gabor filters, of luma.

    `lbp_0` to `lbp_8` are shares of pixels with that many of their 8 neighbours at least as bright
    as they are, in one run; `lbp_other` is that of all other patterns. `gabor_6_45` is the root
    mean square response, in grey levels, to waves 6 pixels long that change along 45
    degrees, from the x axis towards the y axis, which points down: 0 degrees is for vertical
    stripes. A wave of amplitude A that the filter is made for gives A / 2, and less where few
    of it fit into a frame.

    Args:
      orientations: of the Gabor filters, 1 to 32, evenly over 180 degrees.
      wavelengths: of the Gabor filters, in pixels, each a whole number from 2 to 64.
    Raises:
      UsageError: an argument out of its range, or scikit-image is missing.

    Source: Ojala et al., "Multiresolution Gray-Scale and Rotation Invariant Texture Classification
    with Local Binary Patterns", 2002; Manjunath and Ma, "Texture Features for Browsing and
    Retrieval of Image Data", 1996. Both as scikit-image has them.
    """
    check_whole("texture", 1, 32, orientations=orientations)
    for wavelength in wavelengths:
        check_whole("texture", 2, 64, wavelengths=wavelength)
    if len(set(wavelengths)) < len(wavelengths):
        raise UsageError(f"texture(wavelengths)={wavelengths!r}: write different ones, as (3, 6)")
    skimage = scikit_image("texture")
    waves = [(w, 180 * k / orientations) for w in wavelengths for k in range(orientations)]
    kernels = [skimage.filters.gabor_kernel(1 / w, np.radians(angle)) for w, angle in waves]
    powers = functools.lru_cache(maxsize=4)(functools.partial(_powers, kernels))

    def describe(frames, following):
        luma = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])
        patterns = [skimage.feature.local_binary_pattern(f, 8, 1, "uniform") for f in luma]
        inner = np.stack(patterns)[:, 1:-1, 1:-1].astype(int)  # Others lack neighbours.
        shares = np.bincount(inner.ravel(), minlength=10) / max(inner.size, 1)
        return np.concatenate([shares, _energies(luma, powers)])

    names = [*(f"lbp_{k}" for k in range(9)), "lbp_other"]
    return Kind(names + [f"gabor_{wave}_{angle:g}" for wave, angle in waves], describe)


def _energies(luma, powers):
    """Energies of convolutions, by Parseval's theorem without making them."""
    height, width = luma.shape[1:]
    window = np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1])
    window /= np.sqrt(np.square(window).mean())
    waves = window * (luma - luma.mean(axis=(1, 2), keepdims=True))
    spectrum = np.square(np.abs(np.fft.fft2(waves))).mean(axis=0)
    return np.sqrt(powers(height, width) @ spectrum.ravel()) / (height * width)


def _powers(kernels, height, width):
    return np.stack(
        [np.square(np.abs(np.fft.fft2(_folded(k, height, width)))).ravel() for k in kernels]
    )


def _folded(kernel, height, width):
    """The kernel on a torus of this size, so that one larger than the frames is possible."""
    rows, columns = kernel.shape
    padded = np.pad(kernel, ((0, -rows % height), (0, -columns % width)))
    tiles = padded.reshape(-1, height, padded.shape[1] // width, width)
    return tiles.sum(axis=(0, 2))
