import hashlib

import numpy as np
import pytest

from vgan.marks import pattern


def test_it_is_as_faint_as_it_says():
    frame = np.random.default_rng(0).integers(20, 236, (256, 300, 3), np.uint8)
    (marked,) = pattern.marked([frame])
    error = np.mean((marked.astype(float) - frame) ** 2)
    assert abs(10 * np.log10(255**2 / error) - 45) < 0.1


def test_it_is_the_same_for_ever():
    """Or videos that were marked before would not be known again."""
    levels = np.rint(pattern.tile() * 8).astype(np.int8)
    assert hashlib.sha256(levels.tobytes()).hexdigest()[:16] == "70c668d9fdf63024"


def test_its_waves_are_within_the_band():
    power = np.abs(np.fft.fft2(np.float64(pattern.tile()))) ** 2
    x, y = np.meshgrid(*[np.fft.fftfreq(pattern.SIDE)] * 2)
    within = (np.hypot(x, y) >= pattern.BAND[0]) & (np.hypot(x, y) < pattern.BAND[1])
    assert power[~within].sum() < 1e-6 * power.sum()


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (129, 5)])
def test_frames_of_any_size(size):
    frames = np.full((2, *size, 3), 100, np.uint8)
    one, other = pattern.marked(frames)
    np.testing.assert_array_equal(one, other)
    rows, columns = (np.arange(side) % pattern.SIDE for side in size)
    expected = np.rint(100 + pattern.tile()[np.ix_(rows, columns)])
    np.testing.assert_array_equal(one, expected[..., None].repeat(3, -1))
    assert (frames == 100).all()


def test_black_and_white_stay_within_their_range():
    for level in (0, 255):
        (marked,) = pattern.marked(np.full((1, 128, 128, 3), level, np.uint8))
        assert 0 < np.abs(marked.astype(int) - level).max() < 10
