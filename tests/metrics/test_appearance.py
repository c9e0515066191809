import numpy as np
import pytest

from vgan.metrics.appearance import loop, statistics

GREY = np.uint8([1, 1, 1])


def plain(levels, size=4):
    """One clip of plain grey frames."""
    return np.uint8(levels)[None, :, None, None, None] * np.ones((size, size, 3), np.uint8)


def still(frame, frames=2):
    return np.repeat(np.uint8(frame)[None, None], frames, 1)


def test_one_number_a_clip():
    found = statistics(np.random.default_rng(0).integers(0, 256, (5, 6, 7, 8, 3), np.uint8))
    assert set(found) == {"sharpness", "flicker", "loop", "saturated"}
    for values in found.values():
        assert values.shape == (5,) and values.dtype == np.float64


def test_sharpness_by_hand():
    dot = np.zeros((5, 6, 3))
    dot[2, 2] = 10 * GREY  # 40 there and -10 beside it, of 3 x 4 inner pixels
    assert statistics(still(dot))["sharpness"].item() == pytest.approx(80 / 12)
    stripe = np.zeros((5, 6, 3))
    stripe[:, 2] = 10 * GREY  # 20 and -10 beside it, in each of 3 rows
    for turned in (stripe, stripe.transpose(1, 0, 2)):
        assert statistics(still(turned))["sharpness"].item() == pytest.approx(3 * 40 / 12)
    ramp = np.arange(5)[:, None, None] * GREY * 7 + np.arange(6)[None, :, None] * GREY * 3
    assert statistics(still(ramp))["sharpness"].item() == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("channel, share", enumerate([0.299, 0.587, 0.114]))
def test_sharpness_is_that_of_luma(channel, share):
    dot = np.zeros((3, 3, 3))
    dot[1, 1, channel] = 100
    assert statistics(still(dot))["sharpness"].item() == pytest.approx(400 * share)


@pytest.mark.parametrize(
    "levels, expected",
    [
        ([10, 20, 10, 20], 10),
        ([0, 0, 30, 0], (15 + 30) / 2),
        ([10, 30, 10], 20),
        ([5, 25, 45, 65, 85], 0),
        ([85, 65, 45, 25, 5], 0),
        ([0, 200], 0),
        ([7], 0),
    ],
)
def test_flicker_by_hand(levels, expected):
    assert statistics(plain(levels))["flicker"].item() == pytest.approx(expected, abs=1e-4)


def test_motion_is_no_flicker():
    picture = np.random.default_rng(1).integers(0, 256, (8, 8, 3))
    video = np.uint8([np.roll(picture, t, 1) for t in range(5)])[None]
    assert statistics(video)["flicker"].item() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("period", [2, 4, 8])
def test_an_exact_loop(period):
    pictures = np.random.default_rng(2).integers(0, 256, (period, 6, 6, 3), np.uint8)
    video = np.tile(pictures, (16 // period, 1, 1, 1))[None]
    assert statistics(video)["loop"].item() == pytest.approx(1)


def test_a_faint_loop():
    pictures = np.full((4, 8, 8, 3), 100, np.uint8)
    pictures[2, 3, 3] += 1
    assert statistics(np.tile(pictures, (4, 1, 1, 1))[None])["loop"].item() == pytest.approx(1)


def test_what_never_comes_back_is_no_loop():
    x = np.arange(40)
    edge = [255 / (1 + np.exp(2 * t - x)) for t in range(16)]  # moves right all the time
    moving = np.uint8(edge)[None, :, None, :, None].repeat(3, 2).repeat(3, -1)
    for video in (moving, moving[:, ::-1], plain(range(16)), still(moving[0, 0], 16)):
        assert statistics(video)["loop"].item() == pytest.approx(0, abs=1e-6)


def test_noise_of_a_still_clip_is_no_loop():
    luma = 100 + np.random.default_rng(3).uniform(0, 1e-5, (1, 8, 6, 6))
    assert loop(luma).item() < 0.01


def test_loop_by_hand():
    # D = 20/3, 1, 8 at the lags 1, 2, 3.
    levels = np.array([0, 8, 2, 8.0])[None, :, None, None]
    assert loop(levels).item() == pytest.approx(1 - 1 / (20 / 3))


def test_loop_is_the_largest_fall_of_any_lag_below_a_shorter_one():
    luma = np.random.default_rng(4).uniform(0, 255, (20, 9, 1, 2))
    for clip, found in zip(luma, loop(luma), strict=True):
        apart = [np.abs(clip[lag:] - clip[:-lag]).mean() for lag in range(1, 5)]
        falls = [1 - apart[k] / apart[j] for k in range(4) for j in range(k + 1)]
        assert found == pytest.approx(max(falls))


@pytest.mark.parametrize("frames", [1, 2])
def test_a_clip_too_short_to_come_back(frames):
    assert statistics(plain([0, 90][:frames]))["loop"].item() == 0


def test_saturated_by_hand():
    frame = np.full(27, 128)
    frame[:6] = [0, 1, 2, 253, 254, 255]
    video = still(frame.reshape(3, 3, 3), 2)
    video[:, 1] = 128
    assert statistics(video)["saturated"].item() == pytest.approx(4 / 54)
