"""What is done to frames of their final size."""

import numpy as np

from data_prep.base.settings import Settings
from data_prep.inputs.retouching import retouch

RANDOM = np.random.default_rng(0)


def test_nothing_unless_asked():
    frame = RANDOM.integers(0, 256, [8, 8, 3], np.uint8)
    assert retouch(frame, Settings()) is frame


def test_gray_is_the_luma():
    frame = np.full([4, 4, 3], (200, 100, 50), np.uint8)
    expected = round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)
    assert (retouch(frame, Settings(grayscale=True)) == expected).all()


def test_denoising_takes_noise_and_keeps_an_edge_and_its_colours():
    clean = np.full([32, 32, 3], (180, 60, 40), np.uint8)
    clean[:, 16:] = (40, 90, 200)
    noisy = np.clip(clean + RANDOM.normal(0, 8, clean.shape), 0, 255).astype(np.uint8)
    found = retouch(noisy, Settings(denoise=12.0)).astype(int)
    assert abs(found - clean).mean() < 0.5 * abs(noisy.astype(int) - clean).mean()
    assert abs(found[:, 4].mean(0) - (180, 60, 40)).max() < 8


def test_equalising_spreads_lightness_and_keeps_hue():
    ramp = np.linspace(100, 130, 32).astype(np.uint8)
    frame = np.stack([ramp, ramp, ramp], -1)[None].repeat(32, 0)
    found = retouch(frame, Settings(equalize=4.0)).astype(int)
    assert np.ptp(found[..., 0]) > 1.5 * np.ptp(frame[..., 0])
    assert abs(found[..., 0] - found[..., 2]).max() <= 3
