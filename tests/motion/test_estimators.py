import os
import pkgutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

import vgan.motion
from tests.motion.textures import Texture, affine_pair, endpoint_error, rotation
from vgan.core import spec
from vgan.core.errors import UsageError
from vgan.motion.warp import warp

STILL = np.eye(2)
SHIFTS = [(STILL, (3, 0)), (STILL, (0, -3)), (STILL, (-1.5, 2.25))]
FIVE, TEN, ZOOM = (rotation(5), (0, 0)), (rotation(10), (0, 0)), (1.1 * STILL, (0, 0))
ALL = ["farneback", "dis", "block_matching", "block_matching(subpixel=True)"]


def build(text):
    return spec.build(spec.parse(text), "vgan.motion.estimators.{}")


def pairs(motion, seeds=range(4)):
    """Several textures under one motion: first, second and true flow, `[N, ...]`."""
    made = [affine_pair(Texture(seed), *motion) for seed in seeds]
    return tuple(np.concatenate(parts) for parts in zip(*made, strict=True))


def interior(flow):
    return flow[:, 8:-8, 8:-8]


@pytest.mark.parametrize(
    ("estimator", "motions", "tolerance"),
    [
        ("farneback", SHIFTS, 0.05),
        ("farneback", [FIVE], 0.4),
        ("farneback", [TEN], 0.8),
        ("farneback", [ZOOM], 0.4),
        ("dis", SHIFTS, 0.05),
        ("dis", [FIVE], 0.2),
        ("dis", [TEN], 0.4),
        ("dis", [ZOOM], 0.15),
        ("dis(finest_scale=1)", SHIFTS, 0.2),
        ("block_matching", SHIFTS[:2], 0.0),
        ("block_matching", [(STILL, (0.5, 0.5))], 0.75),
        ("block_matching", [FIVE], 0.6),
        ("block_matching", [TEN], 1.0),
        ("block_matching", [ZOOM], 0.7),
        ("block_matching(subpixel=True)", SHIFTS, 0.45),
    ],
)
def test_known_motion(estimator, motions, tolerance):
    for motion in motions:
        first, second, true = pairs(motion)
        flow = build(estimator)(first, second)
        assert flow.dtype == np.float32
        assert endpoint_error(flow, true) <= tolerance


@pytest.mark.parametrize("estimator", ALL)
def test_sign_and_axis_order(estimator):
    for axis, step in ((0, 2), (0, -2), (1, 2), (1, -2)):
        shift = [0, 0]
        shift[axis] = step
        first, second, _ = pairs((STILL, shift), seeds=[0])
        flow = np.median(interior(build(estimator)(first, second)), axis=(0, 1, 2))
        np.testing.assert_allclose(flow, shift, atol=0.1)


@pytest.mark.parametrize("estimator", ALL)
def test_there_and_back_cancel(estimator):
    first, second, _ = pairs((STILL, (2, -1)), seeds=[0])
    estimate = build(estimator)
    both = estimate(first, second) + estimate(second, first)
    assert np.abs(interior(both)).mean() < 0.05


@pytest.mark.parametrize("estimator", ALL)
def test_identical_frames_do_not_move(estimator):
    frames = pairs((STILL, (0, 0)))[0]
    flow = build(estimator)(frames, frames)
    assert np.abs(interior(flow)).max() < 1e-3
    # OpenCV's Farneback drifts within a few pixels of the border, by up to 0.3 pixel.
    assert np.linalg.norm(flow, axis=-1).mean() < (0.01 if estimator == "farneback" else 1e-3)


@pytest.mark.parametrize(
    ("estimator", "gain"),
    [("farneback", 12), ("dis", 15), ("block_matching", 7), ("block_matching(subpixel=True)", 9)],
)
def test_warping_by_the_estimate_explains_the_first_frame(estimator, gain):
    first, second, _ = pairs(FIVE)
    flow = build(estimator)(first, second)

    def psnr(rebuilt):
        error = interior(np.asarray(rebuilt) - first.astype(np.float32))
        return 10 * np.log10(255**2 / np.square(error).mean())

    assert psnr(warp(second.astype(np.float32), flow)) - psnr(second) > gain


@pytest.mark.parametrize("estimator", ALL)
def test_colour_is_seen_as_its_grey(estimator):
    first, second, _ = pairs((STILL, (2, 1)), seeds=[0])
    estimate = build(estimator)
    grey = estimate(first, second)
    coloured = estimate(first.repeat(3, axis=-1), second.repeat(3, axis=-1))
    np.testing.assert_array_equal(coloured, grey)
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (1, 16, 16, 3), np.uint8)
    as_grey = cv2.cvtColor(image[0], cv2.COLOR_RGB2GRAY)[None, ..., None]
    turned = as_grey[:, ::-1]
    np.testing.assert_array_equal(estimate(image, image[:, ::-1]), estimate(as_grey, turned))


def fresh_dis(first, second):
    estimator = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    estimator.setFinestScale(0)
    return estimator.calc(first[..., 0].copy(), second[..., 0].copy(), None)


def test_dis_keeps_no_state_between_sizes_and_threads():
    first, second, _ = pairs(FIVE, seeds=range(6))
    crops = [(64, 64), (20, 40), (64, 64), (12, 12), (64, 48)]
    expected = {
        (h, w): np.stack(
            [fresh_dis(a[:h, :w], b[:h, :w]) for a, b in zip(first, second, strict=True)]
        )
        for h, w in crops
    }
    estimate = build("dis")

    def check(size):
        height, width = size
        flow = estimate(first[:, :height, :width], second[:, :height, :width])
        np.testing.assert_array_equal(flow, expected[size])

    for size in crops:
        check(size)
    with ThreadPoolExecutor(4) as callers:
        list(callers.map(check, 3 * crops))


@pytest.mark.parametrize("estimator", ["farneback", "block_matching"])
def test_threads_agree(estimator):
    first, second, _ = pairs(FIVE, seeds=range(4))
    estimate = build(estimator)
    one_by_one = [estimate(first[n : n + 1], second[n : n + 1])[0] for n in range(4)]
    with ThreadPoolExecutor(4) as callers:
        for flow in callers.map(lambda _: estimate(first, second), range(8)):
            np.testing.assert_array_equal(flow, one_by_one)


def test_no_more_workers_than_cores():
    first, second, _ = pairs(FIVE, seeds=range(8))
    for estimator in ALL:
        build(estimator)(first, second)
    workers = [thread for thread in threading.enumerate() if thread.name.startswith("flow")]
    assert 1 <= len(workers) <= os.cpu_count()
    assert cv2.getNumThreads() == 1


@pytest.mark.parametrize("estimator", ALL)
def test_no_pairs(estimator):
    nothing = np.zeros((0, 16, 16, 3), np.uint8)
    assert build(estimator)(nothing, nothing).shape == (0, 16, 16, 2)


@pytest.mark.parametrize(
    ("finest_scale", "height", "width"),
    [(0, 8, 8), (0, 11, 11), (0, 7, 64), (1, 12, 64), (1, 40, 40), (2, 16, 300)],
)
def test_dis_refuses_small_frames(finest_scale, height, width):
    frames = np.zeros((1, height, width, 3), np.uint8)
    with pytest.raises(UsageError, match="at least .* Take larger frames"):
        build(f"dis(finest_scale={finest_scale})")(frames, frames)


@pytest.mark.parametrize(
    ("finest_scale", "height", "width"), [(0, 12, 12), (0, 8, 12), (1, 16, 46), (2, 32, 92)]
)
def test_dis_takes_the_least_frames_at_the_scale_asked_for(finest_scale, height, width):
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 256, (2, 1, height, width, 1), np.uint8)
    object_itself = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    object_itself.setFinestScale(finest_scale)
    expected = object_itself.calc(first[0, ..., 0].copy(), second[0, ..., 0].copy(), None)
    assert object_itself.getFinestScale() == finest_scale
    flow = build(f"dis(finest_scale={finest_scale})")(first, second)
    np.testing.assert_array_equal(flow[0], expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lucas_kanade", "Known: block_matching, dis, farneback;"),
        ("farneback(size=3)", "It takes: window"),
        ("farneback(window=0)", r"farneback\(window=0\): must be a whole number"),
        ("dis(finest_scale=-1)", r"dis\(finest_scale=-1\): must be a whole number"),
        ("dis(finest_scale=0.5)", r"dis\(finest_scale=0.5\): must be a whole number"),
        ("block_matching(block=0)", r"block_matching\(block=0\): must be a whole number"),
        ("block_matching(radius='far')", "radius='far'.: must be a number"),
        ("block_matching(cost='census')", "absolute, squared"),
    ],
)
def test_bad_specs(text, message):
    with pytest.raises(UsageError, match=message):
        build(text)


def test_frames_of_the_wrong_kind():
    frames = np.zeros((2, 16, 16, 3), np.uint8)
    for first, second in (
        (frames.astype(np.float32), frames),
        (frames, frames[:1]),
        (frames[..., :2], frames[..., :2]),
        (frames[0], frames[0]),
    ):
        with pytest.raises(ValueError, match="must be uint8"):
            build("farneback")(first, second)


def test_what_workers_use_imports_without_tensorflow():
    modules = {module.name for module in pkgutil.iter_modules(vgan.motion.__path__)}
    modules -= {"warp", "compensation", "statistics"}  # What a training step adds to estimators.
    assert {"estimators", "block_matching", "occlusion"} <= modules
    imports = "; ".join(f"import vgan.motion.{name}" for name in sorted(modules))
    check = "import sys; print(*{'tensorflow', 'keras'} & set(sys.modules))"
    root = Path(vgan.motion.__path__[0]).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", f"{imports}; {check}"], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
