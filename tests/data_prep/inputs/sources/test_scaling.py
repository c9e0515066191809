"""Decoded frames whose geometry changes on the way."""

import av
import cv2
import numpy as np
import pytest

from data_prep.inputs.framing import Framing
from data_prep.inputs.sources.scaling import Scaler


def frame(height, width, pixels="rgb24", shade=(200, 60, 90)):
    values = np.zeros([height, width, 3], np.uint8)
    values[:, : width // 2] = shade
    return av.VideoFrame.from_ndarray(values, format="rgb24").reformat(format=pixels)


def test_sizes_and_formats_that_change_are_followed():
    scale = Scaler(Framing((8, 8), "letterbox"), (0, 0, 0), 1)
    shapes = [(16, 16), (8, 16), (16, 8), (16, 16)]
    for pixels in ("rgb24", "yuv444p", "rgb24"):
        for shape in shapes:
            given = frame(*shape, pixels)
            expected = Framing((8, 8), "letterbox").apply(given.to_ndarray(format="rgb24"))
            found = scale(given)
            assert found.shape == (8, 8, 3)
            assert abs(found.astype(int) - expected).max() <= 3, (pixels, shape)


def test_a_repeated_frame_is_scaled_once_and_others_never_share():
    scale = Scaler(Framing((4, 4)), (0, 0, 0), 1)
    first, second = frame(8, 8), frame(8, 8, shade=(1, 2, 3))
    one = scale(first)
    assert scale(first) is one
    kept = one.copy()
    two = scale(second)
    np.testing.assert_array_equal(one, kept)
    assert abs(two[0, 0].astype(int) - (1, 2, 3)).max() <= 1


@pytest.mark.parametrize("fit", ["crop", "letterbox"])
@pytest.mark.parametrize("aspect", [0.5, 2])
def test_wide_and_narrow_pixels(fit, aspect):
    """What is shown is what the same picture with square pixels would show."""
    height, width = (16, 32) if aspect < 1 else (32, 16)
    smooth = np.random.default_rng(0).integers(0, 256, [4, 4, 3], np.uint8)
    square = cv2.resize(smooth, (32, 32), interpolation=cv2.INTER_CUBIC)
    stored = cv2.resize(square, (width, height), interpolation=cv2.INTER_AREA)
    size = (8, 12)
    given = av.VideoFrame.from_ndarray(stored, format="rgb24")
    shown = int(width * aspect), height
    expected = Framing(size, fit).apply(cv2.resize(stored, shown, interpolation=cv2.INTER_AREA))
    found = Scaler(Framing(size, fit), (0, 0, 0), aspect)(given)
    assert abs(found.astype(int) - expected).mean() < 4
