import numpy as np
import pytest

from vgan.core import spec
from vgan.metrics.motion import NAMES, near_static_limit, statistics

SIZE, FRAMES = 48, 4


def estimator(text):
    return spec.build(spec.parse(text), "vgan.motion.estimators.{}")


def texture(x, y, seed):
    """Waves of 8 to 24 pixels, whose grey levels are exact at any point."""
    rng = np.random.default_rng(seed)
    total = 0
    for _ in range(12):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        rate = 2 * np.pi / rng.uniform(8, 24)
        total = total + np.sin(rate * (x * np.cos(angle) + y * np.sin(angle)) + phase)
    return 128 + 25 * total


def moving(shift, seed):
    """A textured plane that moves by `shift` pixels a frame: uint8 [T, H, W, 3]."""
    y, x = np.mgrid[:SIZE, :SIZE]
    frames = [texture(x - t * shift[0], y - t * shift[1], seed) for t in range(FRAMES)]
    return np.uint8(np.clip(np.round(frames), 0, 255))[..., None].repeat(3, -1)


def square(step, side=24):
    """A textured square that moves right by `step` before a ground of another texture."""
    y, x = np.mgrid[:side, :side]
    video = moving((0, 0), 6)
    for t in range(FRAMES):
        left = 6 + t * step
        video[t, 12 : 12 + side, left : left + side] = texture(x, y, 5)[..., None].clip(0, 255)
    return video


SHIFTS = [(2, 0), (0, -3), (-1, 2)]


@pytest.fixture(scope="module", params=["farneback()", "dis()"])
def planes(request):
    videos = np.stack([moving(shift, seed) for seed, shift in enumerate(SHIFTS)])
    return videos, statistics(videos, estimator(request.param))


def test_one_number_a_clip(planes):
    assert set(planes[1]) == set(NAMES)
    assert set(NAMES) == {"magnitude", "acceleration", "change", "warp_error", "occluded"}
    for values in planes[1].values():
        assert values.shape == (len(SHIFTS),) and values.dtype == np.float64


def test_each_clip_is_measured_for_itself():
    videos = np.stack([moving((n / 2, 1), n)[:, :16, :24] for n in range(7)])
    many = statistics(videos, estimator("dis()"))
    for n in range(7):
        for name, values in statistics(videos[n : n + 1], estimator("dis()")).items():
            np.testing.assert_allclose(many[name][n], values[0], rtol=1e-6, err_msg=name)


def test_known_motion(planes):
    videos, found = planes
    np.testing.assert_allclose(found["magnitude"], np.linalg.norm(SHIFTS, axis=1), rtol=0.1)
    by_hand = np.abs(np.diff(videos.astype(float), axis=1)).mean((1, 2, 3, 4))
    np.testing.assert_allclose(found["change"], by_hand, rtol=1e-6)
    assert (found["warp_error"] < 0.15 * found["change"]).all()
    assert (found["acceleration"] < 0.05 * found["magnitude"]).all()
    # What leaves a frame: 2 columns, 3 rows, a column and 2 rows.
    np.testing.assert_allclose(found["occluded"], np.array([2, 3, 3]) / SIZE, atol=0.03)


def test_by_hand():
    """Frames of 1x10 pixels whose flow is said to be 5 to the right, so that 5 pixels leave."""
    videos = np.full((1, 2, 1, 10, 3), 10, np.uint8)
    videos[:, 1] = 30
    videos[:, 1, :, 9] = 250

    def estimate(first, second):
        flow = np.zeros((*first.shape[:3], 2), np.float32)
        flow[..., 0] = 5 if first[0, 0, 0, 0] < second[0, 0, 0, 0] else -5
        return flow

    found = {name: values.item() for name, values in statistics(videos, estimate).items()}
    assert found["magnitude"] == 5
    assert found["occluded"] == 0.5
    assert found["change"] == pytest.approx((9 * 20 + 240) / 10)
    assert found["warp_error"] == pytest.approx((4 * 20 + 240) / 5)
    assert found["acceleration"] == 0


@pytest.mark.parametrize("clips", [1, 2])
def test_acceleration_by_hand(clips):
    """Of two rows the upper one goes from rest to (3, 4) and stays so; the second clip's never."""
    flow = np.zeros((2, 3, 2, 10, 2), np.float32)
    flow[0, 1:, 0] = [3, 4]
    flow[1] = [-1, 2]
    flow = flow[:clips].reshape(-1, 2, 10, 2)
    videos = np.zeros((clips, 4, 2, 10, 3), np.uint8)
    found = statistics(videos, lambda first, second: flow)["acceleration"]
    # Of two changes, one, of length 5, in half the pixels.
    np.testing.assert_allclose(found, [5 / 2 / 2, 0][:clips])


@pytest.mark.parametrize("step", [1, 3])
def test_a_square_before_a_ground_that_stands_still(step):
    found = statistics(square(step)[None], estimator("dis()"))
    share = 24**2 / SIZE**2
    assert share * step * 0.8 < found["magnitude"][0] < share * step * 1.5
    assert found["warp_error"][0] < 0.3 * found["change"][0]


def test_frozen_clips():
    frozen = moving((0, 0), 0)[None]
    for name in ("dis()", "block_matching()"):
        for kind, values in statistics(frozen, estimator(name)).items():
            assert values[0] == pytest.approx(0, abs=0.01), (name, kind)


def test_flicker_is_change_that_motion_does_not_explain():
    still = np.repeat(moving((0, 0), 0)[None, :1], FRAMES, 1)
    flicker = still // 2 + np.uint8([0, 60, 0, 60])[:, None, None, None]
    found = statistics(flicker, estimator("dis()"))
    assert found["change"][0] == pytest.approx(60, abs=1e-4)
    assert found["warp_error"][0] > 0.5 * found["change"][0]


def test_near_static():
    limit = near_static_limit(np.array([1.0, 100.0, 3.0]))
    assert limit == pytest.approx(0.3)
    real = statistics(np.stack([moving(s, n) for n, s in enumerate(SHIFTS)]), estimator("dis()"))
    limit = near_static_limit(real["magnitude"])
    fake = statistics(np.stack([moving((0, 0), 0), moving((1, 0), 1)]), estimator("dis()"))
    assert (fake["magnitude"] < limit).tolist() == [True, False]
    assert not (real["magnitude"] < limit).any()
