import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError
from vgan.data import shapes
from vgan.metrics.segments import mean_iou
from vgan.motion import estimators
from vgan.sampling import pixel_features, segmentation

ESTIMATE = estimators.dis()


@pytest.fixture(scope="module")
def clips():
    return shapes.windows(ClipSpec(20, 32, 32), 1, "test", objects=2, textured=True)


def labels_of(video, objects, see=None):
    found = segmentation.Segmenter(pixel_features.windows(video, ESTIMATE, see), objects)
    windows = pixel_features.windows(video, ESTIMATE, see)
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


def test_neighbours_outvote_a_frame():
    labels = np.zeros((3, 1, 4), int)
    labels[1] = [0, 1, 1, 2]
    labels[0, 0, 1] = labels[2, 0, 0] = 2
    flow, follow = np.zeros((2, 1, 4, 2), np.float32), np.ones((2, 1, 4), bool)
    flow[1, 0, 1, 0] = -1.0  # The pixel at 1 goes to 0.
    follow[1, 0, 3] = False
    empty = np.zeros((3, 1, 4, 0))
    window = pixel_features.Window(empty, empty, flow, 0 * flow, follow, follow, empty, slice(None))
    np.testing.assert_array_equal(segmentation._voted(labels, window)[1], [[0, 2, 0, 2]])


def test_a_sample_is_even_and_bounded(clips, monkeypatch):
    windows = list(pixel_features.windows(clips[0][0], ESTIMATE))
    everything = segmentation._sample(windows)
    assert everything.shape == (20 * 32 * 32, 7)
    monkeypatch.setattr(pixel_features, "MOST_PIXELS", 3000)
    some = segmentation._sample(windows)
    assert 1000 < len(some) <= 3000
    np.testing.assert_allclose(some[:, 5:].mean(0), everything[:, 5:].mean(0), atol=0.03)


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
