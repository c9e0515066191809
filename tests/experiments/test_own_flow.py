import numpy as np
import own_flow

from vgan.core.clip import ClipSpec
from vgan.data.shapes import windows
from vgan.sampling.moving import Moving


def exact(number=4):
    data = windows(ClipSpec(6, 32, 32), 1, "train", objects=1)
    flow, visible = map(np.stack, zip(*(data.motion(n) for n in range(number)), strict=True))
    return np.stack([data[n][0] for n in range(number)]), flow, visible


def test_an_error_is_a_mean_length_where_it_counts():
    flow, other = np.zeros((1, 1, 2, 2, 2)), np.zeros((1, 1, 2, 2, 2))
    flow[0, 0, 0, 0], flow[0, 0, 1, 1] = (3, 4), (100, 0)
    where = np.array([[[[True, True], [False, False]]]])
    assert own_flow.error(flow, other, where) == 2.5


def test_exact_flow_has_no_error_and_half_of_it_has_half():
    video, flow, visible = exact()
    found = own_flow.beside_exact(flow, video, flow, visible)
    assert found["error"] == 0 < found["error_dis"] < 0.5 * found["error_none"]
    half = own_flow.beside_exact(0.5 * flow, video, flow, visible)
    assert abs(half["error"] - 0.5 * found["error_none"]) < 1e-3


def test_an_estimate_agrees_with_exact_flow_and_not_with_its_opposite():
    video, flow, _ = exact()
    masks = np.zeros((*video.shape[:-1], 1), np.float32)
    right = own_flow.beside_estimate(Moving(video, flow, masks))
    wrong = own_flow.beside_estimate(Moving(video, -flow, masks))
    assert right["made_error_dis"] < 0.5 * right["made_error_none"]
    assert wrong["made_error_dis"] > 1.5 * wrong["made_error_none"]
