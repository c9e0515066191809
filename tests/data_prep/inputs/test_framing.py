"""What part of a frame is kept."""

import numpy as np
import pytest

from data_prep.inputs.framing import Framing, Layout


@pytest.mark.parametrize(
    ("shape", "size", "box"),
    [
        ((24, 64), (16, 16), (0, 20, 24, 24)),
        ((64, 24), (16, 16), (20, 0, 24, 24)),
        ((360, 640), (36, 64), (0, 0, 360, 640)),
        ((100, 100), (36, 64), (22, 0, 56, 100)),  # 100 * 36 / 64 = 56.25
        ((1, 9), (8, 8), (0, 4, 1, 1)),
    ],
)
def test_the_centre_in_the_shape_of_what_is_written(shape, size, box):
    assert Framing(size).layout(*shape) == Layout(box, size, (0, 0), size)


def test_wide_pixels_make_the_box_narrow():
    # 720x576 pixels 16/15 wide show 768x576: a square is 540 of them.
    assert Framing((64, 64)).layout(576, 720, 16 / 15).box == (0, 90, 576, 540)
    layout = Framing((64, 64), "letterbox").layout(576, 720, 16 / 15)
    assert layout.size == (48, 64) and layout.offset == (8, 0)


def test_letterbox_keeps_all():
    layout = Framing((64, 64), "letterbox").layout(360, 640)
    assert layout == Layout((0, 0, 360, 640), (36, 64), (14, 0), (64, 64))
    frame = Framing((8, 8), "letterbox").apply(np.full([4, 8, 3], 7, np.uint8))
    assert frame.shape == (8, 8, 3)
    assert (frame[2:6] == 7).all() and not frame[:2].any() and not frame[6:].any()


def test_where_most_moves_is_centred_but_the_box_stays_inside():
    def box(y, x):
        return Framing((16, 16), "motion", centre=(y, x)).layout(40, 100).box

    assert box(0.5, 0.5) == (0, 30, 40, 40)
    assert box(0.5, 0.3) == (0, 10, 40, 40)
    assert box(0.1, 0.01) == (0, 0, 40, 40)
    assert box(0.9, 0.99) == (0, 60, 40, 40)


def test_borders_are_left_out_first():
    content = (0.25, 0.1, 0.75, 0.9)
    assert Framing((16, 16), content=content).layout(40, 100).box == (10, 40, 20, 20)
    assert Framing((16, 16), "letterbox", content=content).layout(40, 100).box == (10, 10, 20, 80)
    moved = Framing((16, 16), "motion", content=content, centre=(0.5, 0.0))
    assert moved.layout(40, 100).box == (10, 10, 20, 20)


def test_the_same_size_changes_nothing():
    frame = np.random.default_rng(0).integers(0, 256, [5, 7, 3], np.uint8)
    np.testing.assert_array_equal(Framing((5, 7)).apply(frame), frame)
    np.testing.assert_array_equal(Framing().apply(frame), frame)


def test_shrinking_averages_and_cubic_does_not():
    frame = np.zeros([4, 4, 3], np.uint8)
    frame[::2, ::2] = 200
    assert (Framing((2, 2)).apply(frame) == 50).all()
    assert Framing((2, 2), interpolation="cubic").apply(frame).max() != 50
