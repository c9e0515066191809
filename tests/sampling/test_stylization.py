import numpy as np
import pytest
import tensorflow as tf

from vgan.metrics.style import Style
from vgan.networks import random2d
from vgan.sampling.stylization import Painter, Wish

SIZE = 16, 24
FEATURES = random2d.features(channels=8)


def still(first, second):
    """An estimator that finds no motion."""
    return np.zeros((*first.shape[:3], 2), np.float32)


def to_the_right(first, second):
    """One that finds that all comes from a pixel further left; or goes there, the other way."""
    sign = 1 if first.mean() < second.mean() else -1
    return np.full((*first.shape[:3], 2), (sign * 2, 0), np.float32)


def painter(estimate=still, **wish):
    random = np.random.default_rng(0)
    shown = tf.constant(random.choice([-0.9, 0.9], (1, 16, 16, 3)), tf.float32)
    wish = {"first": 40, "further": 10} | wish
    return Painter(FEATURES, Style(FEATURES, shown), SIZE, estimate, Wish(**wish))


@pytest.fixture(scope="module")
def frame():
    return np.random.default_rng(1).integers(80, 170, (*SIZE, 3)).astype(np.uint8)


def test_a_frame_comes_nearer_to_the_style(frame):
    paint = painter()
    (found,) = paint([frame])
    before, after = (
        float(paint._style(tf.constant(of[None] / 127.5 - 1, tf.float32))[0])
        for of in (frame, found)
    )
    assert found.dtype == np.uint8 and found.shape == frame.shape
    assert after < 0.8 * before


def test_what_stands_still_stays_as_it_was_painted(frame):
    def changes(motion):
        first, *later = painter(motion=motion)([frame] * 3)
        assert np.abs(first.astype(int) - frame).mean() > 10
        return max(np.abs(of.astype(int) - first).mean() for of in later)

    assert changes(1e5) < 0.5 * changes(0.0)


def test_strokes_go_along_with_what_moves(frame):
    """The second frame is the first, two pixels to the right; strokes are found there."""
    frames = [frame, np.roll(frame, 2, 1) + 1]
    first, second = painter(to_the_right, motion=1e5)(frames)
    off = np.abs(second[4:-4, 6:-4].astype(int) - first[4:-4, 4:-6]).mean()
    assert off < 0.3 * np.abs(second[4:-4, 6:-4].astype(int) - first[4:-4, 6:-4]).mean()


def test_each_video_is_painted_anew(frame):
    paint = painter()
    one, other = (list(paint([frame]))[0] for _ in range(2))
    np.testing.assert_array_equal(one, other)
