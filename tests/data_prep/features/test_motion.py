"""Motion of pictures that are moved by a known way."""

import numpy as np
import pytest

from data_prep.features.description import Description
from tests.data_prep.features.clips import described, grey_clip, still, wave

MOTION = Description("motion")


def texture(right=0.0, down=0.0, size=64):
    """Smooth, without a direction, moved by this way."""
    y, x = np.indices((size, size))
    y, x = y - down, x - right
    waves = np.sin(x / 3) + np.sin(y / 3.5) + np.sin((x + y) / 4) + np.sin((x - y) / 5)
    return 128 + 25 * waves


@pytest.mark.parametrize("way", [(2, 0), (0, -1.5), (1.2, 1.6), (-2, 1)])
@pytest.mark.parametrize("estimator", ["farneback()", "dis()"])
def test_a_shift_is_its_motion(way, estimator):
    clip = grey_clip(*(texture(t * way[0], t * way[1]) for t in range(4)))
    found = described(Description(f'motion(estimator="{estimator}")'), clip)
    length = np.hypot(*way)
    assert found["motion.mean"] == pytest.approx(length, rel=0.12)
    assert found["motion.spread"] < 0.35 * length
    assert found["motion.moving"] > 0.95
    assert found["motion.right"] == pytest.approx(way[0] / length, abs=0.1)
    assert found["motion.down"] == pytest.approx(way[1] / length, abs=0.1)


def test_nothing_moves():
    assert not any(described(MOTION, still(wave(8, 30))).values())


def test_halves_against_each_other():
    def frame(t):
        return np.concatenate([texture(2 * t)[:32], texture(-2 * t)[32:]])

    found = described(MOTION, grey_clip(*(frame(t) for t in range(3))))
    assert found["motion.mean"] == pytest.approx(2, rel=0.2)
    assert found["motion.moving"] > 0.8
    assert abs(found["motion.right"]) < 0.1 and abs(found["motion.down"]) < 0.1


def test_a_quarter_moves():
    frames = [texture() for _ in range(3)]
    for t, frame in enumerate(frames):
        frame[:32, :32] = texture(2 * t)[:32, :32]
    found = described(MOTION, grey_clip(*frames))
    assert 0.18 < found["motion.moving"] < 0.35
    assert found["motion.right"] > 0.9
    assert found["motion.spread"] > 0.6
    slow = Description("motion(moving=5.0)")
    assert described(slow, grey_clip(*frames))["motion.moving"] == 0


def test_difference_by_hand():
    """A quarter of the pixels change by 40, then all of them by 2."""
    first = np.full([16, 16], 100)
    second = first.copy()
    second[:8, :8] = 140
    found = described(MOTION, grey_clip(first, second, second + 2))
    assert found["motion.difference"] == pytest.approx((10 + 2) / 2)
