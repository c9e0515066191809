import numpy as np
import pytest

from tests.motion.textures import Texture, affine_pair, rotation
from vgan.motion import estimators
from vgan.motion.occlusion import boundary, visible


def moving_square(dx=4, dy=0, size=64, top=24, left=20, side=16):
    """A textured square over a still textured ground: frames, true flows, pixels it covers up."""
    y, x = np.indices((size, size))
    ground, skin = Texture(1), Texture(2)

    def square(shift_x, shift_y):
        rows = (y >= top + shift_y) & (y < top + shift_y + side)
        return rows & (x >= left + shift_x) & (x < left + shift_x + side)

    before, after = square(0, 0), square(dx, dy)
    frames = [
        np.where(where, skin(x - sx, y - sy), ground(x, y))
        .round()
        .astype(np.uint8)[None, ..., None]
        for where, sx, sy in ((before, 0, 0), (after, dx, dy))
    ]
    forward = before[..., None] * np.array([dx, dy], np.float32)
    backward = after[..., None] * np.array([-dx, -dy], np.float32)
    return *frames, forward[None], backward[None], (after & ~before)[None]


def constant(dx, dy, size=16):
    return np.full((1, size, size, 2), (dx, dy), np.float32)


def test_true_flow_gives_the_true_occlusion():
    for dx, dy in ((4, 0), (0, -3), (-5, 2)):
        *_, forward, backward, covered = moving_square(dx, dy)
        np.testing.assert_array_equal(visible(forward, backward), ~covered)


def test_estimated_flow_gives_nearly_the_true_occlusion():
    first, second, _, _, covered = moving_square(dx=6, side=24)
    estimate = estimators.dis()
    hidden = ~visible(estimate(first, second), estimate(second, first))
    found = (hidden & covered).sum()
    assert found >= 0.8 * covered.sum()
    assert found >= 0.6 * hidden.sum()


def test_targets_outside_the_frame_are_not_visible():
    y, x = np.indices((16, 16))
    seen = visible(constant(5, -3), constant(-5, 3))
    np.testing.assert_array_equal(seen[0], (x <= 10) & (y >= 3))


def test_border_pixels_that_hardly_move_stay_visible():
    assert visible(constant(0.4, -0.4), constant(-0.4, 0.4)).all()


def test_the_tolerance_grows_with_the_motion():
    inside = (0, 8, slice(None, 4))
    assert visible(constant(8, 0), constant(-7, 0))[inside].all()
    assert not visible(constant(1, 0), constant(0, 0))[inside].any()
    assert not visible(constant(8, 0), constant(-6, 0))[inside].any()


def test_there_and_back_agree_under_rotation():
    *_, forward = affine_pair(Texture(0), rotation(20))
    *_, backward = affine_pair(Texture(0), rotation(-20))
    inner = (slice(None), slice(16, 48), slice(16, 48))
    assert visible(forward, backward)[inner].all()
    assert not visible(forward, forward)[inner].all()


@pytest.mark.parametrize("axis", [0, 1])
def test_backward_flow_is_interpolated_at_the_target(axis):
    forward = np.zeros((1, 32, 32, 2), np.float32)
    forward[0, 4, 4, axis] = 10.5
    backward = np.zeros_like(forward)
    # Only the mean of the two neighbours of the target cancels the flow.
    for position, value in ((14, -0.5), (15, -20.5)):
        y, x = (4, position) if axis == 0 else (position, 4)
        backward[0, y, x, axis] = value
    assert visible(forward, backward)[0, 4, 4]


def test_videos_of_a_batch_do_not_mix():
    *_, forward, backward, covered = moving_square()
    both = visible(np.concatenate([forward, 0 * forward]), np.concatenate([backward, 0 * backward]))
    np.testing.assert_array_equal(both[0], ~covered[0])
    assert both[1].all()


def test_boundary_runs_along_the_edge_of_what_moves():
    *_, forward, _, _ = moving_square(dx=4, top=24, left=20, side=16)
    edge = boundary(forward)[0]
    y, x = np.indices((64, 64))
    near_square = (y >= 23) & (y <= 40) & (x >= 19) & (x <= 36)
    deep_inside = (y >= 25) & (y <= 38) & (x >= 21) & (x <= 34)
    corner = ((y == 23) | (y == 40)) & ((x == 19) | (x == 36))
    np.testing.assert_array_equal(edge, near_square & ~deep_inside & ~corner)
    assert not boundary(constant(7, -2)).any()


def test_boundary_thresholds():
    x = np.arange(16, dtype=np.float32)
    for slope, offset, expected in ((0.04, 0, False), (0.05, 0, True), (0.05, 3, False)):
        ramp = np.zeros((1, 8, 16, 2), np.float32)
        ramp[..., 1] = slope * x + offset
        assert boundary(ramp)[0, 4, 1] == expected
