"""Colours, against scikit-image, SciPy, and numbers worked out by hand."""

import numpy as np
import pytest
from scipy import stats
from skimage import color

from data_prep.features.description import Description
from tests.data_prep.features.clips import described, noise

CLIP = noise()
SEEN = CLIP[:-1]


def test_grey_has_no_hue():
    found = described(Description("colour(bins=4)"), np.full([2, 8, 8, 3], 128, np.uint8))
    assert [found[f"colour.hue_{k}"] for k in range(4)] == [0, 0, 0, 0]
    assert [found[f"colour.saturation_{k}"] for k in range(4)] == [1, 0, 0, 0]
    assert [found[f"colour.value_{k}"] for k in range(4)] == [0, 0, 1, 0]
    assert found["colour.mean_l"] == pytest.approx(53.585, abs=0.02)
    for name in ("deviation", "skewness"):
        assert [found[f"colour.{name}_{c}"] for c in "lab"] == pytest.approx([0, 0, 0], abs=1e-4)


def test_hues_weigh_by_chroma():
    """Half the picture is full green, a quarter half as bright blue, the rest grey."""
    clip = np.full([2, 8, 8, 3], 128, np.uint8)
    clip[:, :4] = 0, 255, 0
    clip[:, 4:6] = 0, 0, 128
    found = described(Description("colour(bins=6)"), clip)
    hues = [found[f"colour.hue_{k}"] for k in range(6)]
    assert hues == pytest.approx([0, 0, 0.5, 0, 0.25 * 128 / 255, 0], abs=1e-6)


def test_histograms_are_those_of_scikit_image():
    found = Description("colour(bins=8)").describe(CLIP)[:24].reshape(3, 8)
    hsv = color.rgb2hsv(SEEN).reshape(-1, 3)
    weights = [hsv[:, 1] * hsv[:, 2], None, None]
    known = [np.histogram(hsv[:, c], 8, (0, 1), weights=weights[c])[0] for c in range(3)]
    # A value at the end of a bin may round to the other side: 5 of 1152 pixels.
    np.testing.assert_allclose(found, np.divide(known, len(hsv)), atol=5 / len(hsv))
    np.testing.assert_allclose(found.sum(axis=1)[1:], 1, rtol=1e-6)


def test_moments_are_those_of_scikit_image_and_scipy():
    found = Description("colour").describe(CLIP)[24:].reshape(3, 3)
    lab = color.rgb2lab(SEEN).reshape(-1, 3)
    deviation = lab.std(axis=0)
    skewness = np.cbrt(stats.skew(lab)) * deviation
    known = np.stack([lab.mean(axis=0), deviation, skewness], axis=1)
    np.testing.assert_allclose(found, known, rtol=0.01, atol=0.1)


def test_order_of_pixels_makes_no_difference():
    clip = np.stack([CLIP[0], CLIP[0]])
    np.testing.assert_allclose(
        Description("colour").describe(clip),
        Description("colour").describe(clip[:, ::-1, ::-1]),
        atol=1e-4,
    )
