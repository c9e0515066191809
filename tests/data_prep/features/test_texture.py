"""Textures: patterns by hand, stripes of a known width and direction, filters of scikit-image."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.filters import gabor_kernel

from data_prep.features.description import Description
from data_prep.features.texture import _folded
from tests.data_prep.features.clips import described, grey_clip, still, wave

TEXTURE = Description("texture")
GABOR = [name for name in TEXTURE.names if "gabor" in name]


def test_uniform_grey_has_no_texture():
    found = described(TEXTURE, still(np.full([32, 32], 100)))
    assert found["texture.lbp_8"] == 1
    assert [found[name] for name in GABOR] == pytest.approx([0] * len(GABOR))


def test_a_bright_point_in_black():
    """It has no neighbour as bright; all others have 8. The border isn't looked at."""
    picture = np.zeros([16, 16])
    picture[8, 8] = 255
    found = described(TEXTURE, still(picture))
    assert found["texture.lbp_0"] == pytest.approx(1 / 196)
    assert found["texture.lbp_8"] == pytest.approx(195 / 196)


@pytest.mark.parametrize("wavelength", [3, 6, 12])
@pytest.mark.parametrize("degrees", [0, 45, 90, 135])
def test_stripes_are_seen_by_their_filter(wavelength, degrees):
    found = described(TEXTURE, still(wave(wavelength, degrees, size=192)))
    most = max(GABOR, key=found.get)
    assert most == f"texture.gabor_{wavelength}_{degrees}"
    assert found[most] == pytest.approx(50, rel=0.06)


def test_energies_are_those_of_filtered_frames():
    """On a torus, and with the window, which makes frames end in zeros."""
    luma = np.random.default_rng(0).integers(0, 256, (2, 48, 40)).astype(np.float64)
    found = described(TEXTURE, grey_clip(*luma, luma[0]))
    window = np.outer(np.hanning(50)[1:-1], np.hanning(42)[1:-1])
    window /= np.sqrt(np.mean(window**2))
    for wavelength, degrees in ((3, 45), (6, 90), (12, 0)):
        kernel = gabor_kernel(1 / wavelength, np.radians(degrees))
        squares = [
            ndimage.convolve((frame - frame.mean()) * window, part, mode="wrap") ** 2
            for frame in luma
            for part in (kernel.real, kernel.imag)
        ]
        known = np.sqrt(2 * np.mean(squares))
        assert found[f"texture.gabor_{wavelength}_{degrees}"] == pytest.approx(known, rel=1e-5)


def test_brightness_makes_no_difference():
    picture = wave(6, 30, amplitude=50)
    np.testing.assert_allclose(
        TEXTURE.describe(still(picture)), TEXTURE.describe(still(picture + 40)), atol=1e-3
    )


def test_a_kernel_larger_than_the_frames_is_folded():
    kernel = np.arange(35.0).reshape(5, 7)
    folded = np.zeros([2, 3])
    for (y, x), value in np.ndenumerate(kernel):
        folded[y % 2, x % 3] += value
    np.testing.assert_array_equal(_folded(kernel, 2, 3), folded)
    np.testing.assert_array_equal(_folded(kernel, 5, 9)[:, :7], kernel)
