import numpy as np
import pytest

from tests.motion.textures import rms, square, textured
from vgan.core import spec
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.data import shapes
from vgan.motion import estimators

MOVING = ["flow()", "flow(kind='bicubic')", "flow(estimator='farneback()')", "blocks()"]


def build(text):
    return spec.build(spec.parse(text), "vgan.motion.interpolation.{}")


@pytest.mark.parametrize("method", MOVING)
def test_the_middle_of_a_whole_shift(method):
    first, middle, second = textured([0, 0.5, 1], shift=(4, -2))
    found = build(method)(first[None], second[None], [0.5])
    assert found.dtype == np.uint8 and found.shape == (1, 1, 64, 64, 3)
    assert rms(found[0, 0], middle, margin=8) < (0.01 if method == "blocks()" else 1.5)
    # At the border only one of the frames shows what there is.
    assert rms(found[0, 0], middle) < 4.5
    assert rms(build("blend()")(first[None], second[None], [0.5])[0, 0], middle) > 9


@pytest.mark.parametrize(("method", "tolerance"), [("flow()", 4), ("blocks()", 12)])
def test_moments_of_a_turn(method, tolerance):
    times = [0.25, 0.5, 0.8]
    first, *between, second = textured([0, *times, 1], degrees=8)
    found = build(method)(first[None], second[None], times)[0]
    for frame, true in zip(found, between, strict=True):
        assert rms(frame, true, margin=8) < tolerance
        assert rms(frame, true, margin=8) < 0.5 * min(rms(first, true, 8), rms(second, true, 8))


def test_a_batch_is_its_pairs_one_by_one():
    frames = textured([0, 1, 2, 3], shift=(2, 1))
    between = build("flow()")
    together = between(frames[:3], frames[1:], [0.3, 0.6])
    assert together.shape == (3, 2, 64, 64, 3)
    for n in range(3):
        one = between(frames[n : n + 1], frames[n + 1 : n + 2], [0.3, 0.6])[0]
        np.testing.assert_array_equal(together[n], one)


def true_flow(first, second):
    """An estimator that knows how the square moves."""
    lefts = [next(n for n in (12, 20) if (square(n) == frame).all()) for frame in (first, second)]
    flow = np.zeros((1, 48, 48, 2), np.float32)
    flow[:, 17:32, lefts[0] : lefts[0] + 16, 0] = lefts[1] - lefts[0]
    return flow


@pytest.mark.parametrize("time", [0.25, 0.5, 0.75])
def test_what_one_frame_hides_comes_from_the_other(monkeypatch, time):
    monkeypatch.setattr(estimators, "dis", lambda: true_flow)
    first, true, second = square(12), square(12 + int(8 * time)), square(20)
    found = build("flow()")(first, second, [time])[0]
    assert np.abs(np.subtract(found, true, dtype=int)).max() <= 1


@pytest.mark.parametrize(("method", "share"), [("flow()", 0.7), ("blocks()", 0.8)])
def test_a_square_before_a_ground(method, share):
    first, middle, second = square(12), square(16), square(20)
    found = build(method)(first, second, [0.5])[0]
    assert rms(found, middle) < share * rms(build("blend()")(first, second, [0.5])[0], middle)


@pytest.mark.parametrize("method", MOVING)
def test_shapes_are_better_than_blended(method):
    windows = shapes.windows(ClipSpec(3, 64, 64), 1, "train", num_videos=4, textured=True)
    first, middle, second = np.stack([windows[n][0] for n in range(4)], axis=1)
    found = build(method)(first, second, [0.5])[:, 0]
    assert rms(found, middle) < 0.7 * rms(build("blend()")(first, second, [0.5])[:, 0], middle)


@pytest.mark.parametrize("method", [*MOVING, "blend()"])
def test_still_frames_stay(method):
    frames = textured([0])
    np.testing.assert_array_equal(build(method)(frames, frames, [0.1, 0.9])[0, 1], frames[0])


def test_a_blend_is_the_weighted_mean():
    first, second = np.full((1, 4, 4, 3), 100, np.uint8), np.full((1, 4, 4, 3), 200, np.uint8)
    found = build("blend()")(first, second, [0.25, 0.5])
    np.testing.assert_array_equal(found[0, :, 0, 0, 0], [125, 150])


@pytest.mark.parametrize("time", [0, 1, -0.5, float("nan")])
def test_times_outside(time):
    with pytest.raises(ValueError, match="between 0 and 1"):
        build("blend()")(*textured([0, 1])[:, None], [time])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sharp()", "Known: blend, blocks, flow;"),
        ("flow(kind='cubic')", "kind 'cubic': unknown. Choose one of: bilinear, bicubic"),
        ("flow(estimator='dense()')", "Known: block_matching, dis, farneback;"),
        ("blocks(block=0)", r"blocks\(block=0\): must be a whole number"),
        ("blocks(radius=1.5)", r"blocks\(radius=1.5\): must be a whole number"),
    ],
)
def test_bad_specs(text, message):
    with pytest.raises(UsageError, match=message):
        build(text)
