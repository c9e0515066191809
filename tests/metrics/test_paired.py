import warnings

import numpy as np
import pytest

from vgan.evaluation import scores
from vgan.metrics.paired import psnr, ssim


def clips(*levels):
    """Clips [N, T, 12, 13, 3] of plain frames of the levels given, a row a clip."""
    return (
        np.zeros((*np.shape(levels), 12, 13, 3), np.uint8) + np.uint8(levels)[..., None, None, None]
    )


def test_psnr_by_hand():
    videos, targets = clips([10, 0], [30, 255], [8, 9]), clips([15, 0], [20, 0], [8, 9])
    by_five, by_ten = 10 * np.log10(255**2 / 25), 10 * np.log10(255**2 / 100)
    expected = [(by_five + 100) / 2, (by_ten + 0) / 2, 100]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = psnr(videos, targets)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(psnr(targets, videos), expected)


def test_psnr_of_unequal_errors_in_a_frame():
    videos, targets = clips([100]), clips([100])
    videos[..., 0] += 6
    videos[:, :, :6] = 100
    assert psnr(videos, targets).item() == pytest.approx(10 * np.log10(255**2 / (36 / 6)))


def test_ssim_of_plain_frames():
    found = ssim(clips([1, 50], [9, 2]), clips([5, 50], [9, 0]))
    c1 = 2.55**2
    one_and_five, two_and_none = (2 * 1 * 5 + c1) / (1**2 + 5**2 + c1), c1 / (2**2 + c1)
    np.testing.assert_allclose(found, [(one_and_five + 1) / 2, (1 + two_and_none) / 2], rtol=1e-3)
    assert found.dtype == np.float64


def windowed(values):
    """Gaussian means over all 11x11 windows of [H, W, C]."""
    x = np.arange(11) - 5
    line = np.exp(-(x**2) / (2 * 1.5**2))
    window = np.outer(line, line) / line.sum() ** 2
    views = np.lib.stride_tricks.sliding_window_view(values, (11, 11), axis=(0, 1))
    return (views * window).sum((-1, -2))


def ssim_of_frames(a, b):
    a, b = a.astype(float), b.astype(float)
    c1, c2 = 2.55**2, 7.65**2
    mean_a, mean_b = windowed(a), windowed(b)
    variances = windowed(a * a) - mean_a**2 + windowed(b * b) - mean_b**2
    covariance = windowed(a * b) - mean_a * mean_b
    likeness = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    return (likeness / ((mean_a**2 + mean_b**2 + c1) * (variances + c2))).mean()


def test_ssim_of_textures():
    random = np.random.default_rng(0)
    targets = random.integers(60, 200, (2, 3, 14, 13, 3), np.uint8)
    videos = np.uint8(targets + random.normal(0, 25, targets.shape).clip(-50, 50))
    videos[1, 2] = 255 - targets[1, 2]
    frames = zip(videos.reshape(-1, 14, 13, 3), targets.reshape(-1, 14, 13, 3), strict=True)
    expected = np.reshape([ssim_of_frames(*pair) for pair in frames], (2, 3)).mean(1)
    np.testing.assert_allclose(ssim(videos, targets), expected, rtol=1e-4)
    assert expected[1] < 0.6 < expected[0] < 0.99


def test_only_pixels_that_were_made_count():
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 256, (2, 3, 20, 24, 3), np.uint8)
    videos = targets.copy()
    made = np.zeros([2, 3, 20, 24, 1], bool)
    made[:, 1, 6:14, 6:14], made[:, 2] = True, True
    videos[:, 1, 6:14, 6:14] ^= 4  # Off by 4 grey levels.
    videos[:, 2] ^= 8
    expected = (10 * np.log10(255**2 / 16) + 10 * np.log10(255**2 / 64)) / 2
    np.testing.assert_allclose(psnr(videos, targets, made), [expected] * 2)
    everything = ssim(videos[:, 2:], targets[:, 2:])
    np.testing.assert_allclose(
        ssim(videos[:, 2:], targets[:, 2:], made[:, 2:]), everything, rtol=1e-5
    )
    inner = ssim(videos[:, 1:2], targets[:, 1:2], made[:, 1:2])
    assert (inner < ssim(videos[:, 1:2], targets[:, 1:2])).all()


def test_what_no_score_can_see_does_not_count():
    videos = np.random.default_rng(0).integers(0, 256, (3, 2, 20, 20, 3), np.uint8)
    made = np.ones([3, 2, 20, 20, 1], bool)
    made[0] = False
    made[0, :, :3] = True  # No window of SSIM has its middle there.
    found = scores.of_pairs(videos, 255 - videos, made)
    assert found["psnr"]["n_generated"] == 3 and found["ssim"]["n_generated"] == 2
    assert np.isfinite(found["ssim"]["value"])
    assert "ssim" not in scores.of_pairs(videos[:1], videos[:1], made[:1])
