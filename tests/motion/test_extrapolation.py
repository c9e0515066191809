import numpy as np
import pytest

from tests.motion.textures import rms, square, textured
from vgan.motion import estimators
from vgan.motion.extrapolation import extrapolate


def test_a_shift_goes_on():
    previous, last, *following = textured([0, 1, 2, 3.5], shift=(3, -2))
    found = extrapolate(previous[None], last[None], [1, 2.5], estimators.dis())
    assert found.dtype == np.uint8 and found.shape == (1, 2, 64, 64, 3)
    for frame, true in zip(found[0], following, strict=True):
        assert rms(frame, true, margin=12) < 3
        assert rms(last, true, margin=12) > 25


def test_a_whole_shift_is_exact_with_blocks():
    previous, last, following = textured([0, 1, 2], shift=(3, -2))
    found = extrapolate(previous[None], last[None], [1], estimators.block_matching())[0, 0]
    np.testing.assert_array_equal(found[8:-24, 8:-8], following[8:-24, 8:-8])


def test_a_moving_square_covers_the_ground_ahead():
    previous, last, following = square(8), square(12), square(16)
    estimate = estimators.dis()
    ahead = np.s_[:, 18:30, 28:32]
    found = extrapolate(previous, last, [1], estimate)[0]
    assert rms(found[ahead], following[ahead]) < 0.6 * rms(last[ahead], following[ahead])


@pytest.mark.parametrize("time", [0, -1, float("nan")])
def test_times_that_are_past(time):
    frames = textured([0, 1])[:, None]
    with pytest.raises(ValueError, match="above 0"):
        extrapolate(*frames, [time], estimators.dis())
