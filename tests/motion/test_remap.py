import numpy as np
import pytest

from vgan.motion import remap
from vgan.motion.warp import warp


@pytest.mark.parametrize("kind", remap.KINDS)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_same_as_the_layer_of_training(kind, channels):
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (2, 9, 12, channels), np.uint8)
    flow = rng.normal(0, 4, (2, 9, 12, 2)).astype(np.float32)
    found = remap.backward(frames, flow, kind)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, warp(frames, flow, kind), atol=2e-3)


def test_whole_shifts_are_exact_and_the_border_replicated():
    frames = np.random.default_rng(1).integers(0, 256, (1, 8, 10, 3), np.uint8)
    found = remap.backward(frames, np.full((1, 8, 10, 2), (3, -2), np.float32))[0]
    np.testing.assert_array_equal(found[2:, :-3], frames[0, :-2, 3:])
    np.testing.assert_array_equal(found[:2, :-3], np.repeat(frames[0, :1, 3:], 2, 0))


def test_flow_of_another_size_gives_its_size():
    frames = np.arange(20, dtype=np.float32).reshape(1, 4, 5, 1)
    flow = np.zeros((1, 2, 3, 2), np.float32)
    np.testing.assert_array_equal(remap.backward(frames, flow), frames[:, :2, :3])


def test_flow_is_carried_to_where_it_leads():
    flow = np.zeros((1, 6, 8, 2), np.float32)
    flow[0, 2, 2] = (4, 2)
    for time, row, column in ((0.5, 3, 4), (-0.4, 1, 0)):
        found = remap.carried(flow, time)[0]
        np.testing.assert_array_equal(found[row, column], (4, 2))
        left = np.isnan(found).any(-1)
        assert left[2, 2] and left.sum() == 1
        assert np.nansum(found) == 6
    gone = remap.carried(flow, 3)[0]
    assert np.isnan(gone[2, 2]).all() and np.nansum(gone) == 0


def test_the_fastest_covers_the_others():
    flow = np.zeros((1, 1, 6, 2), np.float32)
    flow[0, 0, :, 0] = [0, 3, 2, 0, 0, -1]
    np.testing.assert_array_equal(
        remap.carried(flow, 1)[0, 0, :, 0], [0, np.nan, np.nan, 0, 3, np.nan]
    )
