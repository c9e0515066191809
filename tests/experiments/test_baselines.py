import baselines
import numpy as np
import pytest

from vgan.tasks import given
from vgan.tasks.task import Task

SHAPE = (2, 6, 16, 24, 3)


def shown(frames):
    """Random clips, of which some frames are known: pixels, kinds, and the whole."""
    whole = np.random.default_rng(0).integers(0, 256, SHAPE, np.uint8)
    kinds = np.full([*SHAPE[:-1], 1], given.HIDDEN, np.uint8)
    kinds[:, frames] = given.KNOWN
    return np.where(kinds == given.KNOWN, whole, 128).astype(np.uint8), kinds, whole


def methods(task, kinds):
    return baselines.methods(Task(task), kinds)


def test_what_goes_on_from_the_first_frames():
    pixels, kinds, whole = shown([0, 1])
    found = methods("prediction(given=2)", kinds)
    assert list(found) == ["last frame", "flow"]
    np.testing.assert_array_equal(
        found["last frame"](pixels)[:, 2:], np.repeat(whole[:, 1:2], 4, axis=1)
    )
    assert found["flow"](pixels).shape == SHAPE


def test_what_lies_between():
    pixels, kinds, whole = shown([0, 2, 4])
    found = methods("interpolation(every=2)", kinds)
    assert list(found) == ["blend", "flow", "flow, bicubic", "blocks"]
    blend = found["blend"](pixels).astype(int)
    middle = (whole[:, 2].astype(int) + whole[:, 4]) / 2
    assert np.abs(blend[:, 3] - middle).max() <= 1
    np.testing.assert_array_equal(blend[:, 5], whole[:, 4])
    np.testing.assert_array_equal(blend[:, ::2][:, :3], whole[:, ::2][:, :3])


def test_what_is_restored():
    pixels = np.full(SHAPE, 128, np.uint8)
    pixels[:, :, 4:8] = 130
    hints = np.full([*SHAPE[:-1], 1], given.HINT, np.uint8)
    assert list(methods("colorization", hints)) == ["as given"]
    found = methods("denoising", hints)
    assert list(found) == ["as given", "fastNlMeans"]
    assert np.abs(found["fastNlMeans"](pixels).astype(int) - pixels).max() < 4
    holes = np.full([*SHAPE[:-1], 1], given.KNOWN, np.uint8)
    holes[:, :, 6:10, 6:10] = given.HIDDEN
    seen = np.where(holes == given.KNOWN, pixels, 0).astype(np.uint8)
    filled = methods("inpainting", holes)["cv2.inpaint"](seen)
    assert np.abs(filled.astype(int) - 129).max() <= 2


def test_clips_of_a_source_go_together():
    values, sources = np.array([1.0, 1, 3, 3, np.nan]), np.array([0, 0, 1, 1, 2])
    mean, error = baselines._over_sources(values, sources)
    # Two sources of means 1 and 3: the error of the mean of two numbers.
    assert (mean, error) == pytest.approx((2.0, np.std([1, 3], ddof=1) / np.sqrt(2)))


def test_gains_are_taken_clip_by_clip():
    sources = np.array([0, 1])
    model = dict.fromkeys(baselines.PAIRED, np.array([21.0, 31.0]))
    other = dict.fromkeys(baselines.PAIRED, np.array([20.0, 30.0])) | {"warp_error": sources}
    row = baselines.columns(other, model, sources)
    assert row["psnr"] == 25 and row["psnr_plus_minus"] == 10
    assert row["psnr_gain"] == 1 and row["psnr_gain_plus_minus"] == 0
