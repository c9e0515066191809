import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError
from vgan.data import shapes
from vgan.metrics.segments import mean_iou
from vgan.motion import estimators
from vgan.sampling import segmentation

ESTIMATE = estimators.dis()
CLIP = ClipSpec(4, 8, 16)


@pytest.fixture(scope="module")
def clips():
    return shapes.windows(ClipSpec(20, 32, 32), 1, "test", objects=2, textured=True)


def labels_of(video, objects, see=None):
    found = segmentation.Segmenter(segmentation.windows(video, ESTIMATE, see), objects)
    windows = segmentation.windows(video, ESTIMATE, see)
    return np.concatenate([found(window) for window in windows])


def test_objects_are_found(clips):
    video, masks = clips[1][0], clips.masks(1)
    labels = labels_of(video, 2)
    assert labels.shape == video.shape[:3] and set(np.unique(labels)) == {0, 1, 2}
    truth = masks[0] + 2 * masks[1]
    assert mean_iou(labels, truth) > 0.8
    assert mean_iou(labels == 0, truth == 0) > 0.8  # The ground is 0, whatever its colour.
    assert (labels == 1).sum() >= (labels == 2).sum()
    np.testing.assert_array_equal(labels, labels_of(video, 2))


@pytest.mark.parametrize("frames", [2, 5, 8, 9, 20])
def test_each_frame_is_in_one_window_and_depends_on_none(clips, monkeypatch, frames):
    video = clips[0][0][:frames]
    (whole,) = (w for w in _with_step(monkeypatch, 64, video))
    parts = _with_step(monkeypatch, 4, video)
    assert len(parts) == -(-frames // 4)
    for name in ("frames", "motion"):
        own = np.concatenate([getattr(window, name)[window.inner] for window in parts])
        np.testing.assert_allclose(own, getattr(whole, name), atol=1e-5)
    assert max(len(window.frames) for window in parts) <= 4 + 2 * segmentation.MARGIN


def _with_step(monkeypatch, step, video):
    monkeypatch.setattr(segmentation, "STEP", step)
    return list(segmentation.windows(iter(video), ESTIMATE))


def test_neighbours_outvote_a_frame():
    labels = np.zeros((3, 1, 4), int)
    labels[1] = [0, 1, 1, 2]
    labels[0, 0, 1] = labels[2, 0, 0] = 2
    flow, follow = np.zeros((2, 1, 4, 2), np.float32), np.ones((2, 1, 4), bool)
    flow[1, 0, 1, 0] = -1.0  # The pixel at 1 goes to 0.
    follow[1, 0, 3] = False
    empty = np.zeros((3, 1, 4, 0))
    window = segmentation.Window(empty, empty, flow, 0 * flow, follow, follow, empty, slice(None))
    np.testing.assert_array_equal(segmentation._voted(labels, window)[1], [[0, 2, 0, 2]])


def test_a_sample_is_even_and_bounded(clips, monkeypatch):
    windows = list(segmentation.windows(clips[0][0], ESTIMATE))
    everything = segmentation._sample(windows)
    assert everything.shape == (20 * 32 * 32, 7)
    monkeypatch.setattr(segmentation, "MOST_PIXELS", 3000)
    some = segmentation._sample(windows)
    assert 1000 < len(some) <= 3000
    np.testing.assert_allclose(some[:, 5:].mean(0), everything[:, 5:].mean(0), atol=0.03)


def test_what_a_network_finds_is_tiled_and_made_short():
    shown = []

    def features(clips):
        shown.append(clips.shape)
        return np.concatenate([clips, -clips, 2 * clips, 0 * clips], axis=-1)

    frames = np.random.default_rng(0).integers(0, 256, (6, 12, 20, 3), np.uint8)
    seen = segmentation.Seeing(features, CLIP)(frames)
    assert seen.shape == (6, 12, 20, segmentation.DEPTH)
    assert {shape[1:] for shape in shown} == {(4, 8, 16, 3)}
    # Three components hold all of it: distances between pixels are kept.
    exact = np.sqrt(6) * frames.reshape(-1, 3) / 127.5
    seen = seen.reshape(-1, segmentation.DEPTH)
    distances = [np.linalg.norm(of[:50] - of[50:100], axis=1) for of in (exact, seen)]
    np.testing.assert_allclose(*distances, rtol=1e-3)


def test_masks_grow():
    mask = np.zeros((4, 5), bool)
    mask[0, 2] = True
    np.testing.assert_array_equal(segmentation.grown(mask, 0), mask)
    assert segmentation.grown(mask, 1).sum() == 4
    assert segmentation.grown(mask, 2).sum() == 5 + 3 + 1


def test_nothing_to_tell_apart():
    with pytest.raises(DataError, match="one colour, and nothing moves"):
        labels_of(np.full((4, 16, 16, 3), 7, np.uint8), 1)
    with pytest.raises(DataError, match="single frame"):
        labels_of(np.zeros((1, 16, 16, 3), np.uint8), 1)
    with pytest.raises(DataError, match="no frame"):
        labels_of(np.zeros((0, 16, 16, 3), np.uint8), 1)
