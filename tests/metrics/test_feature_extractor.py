"""What any features are checked for; `test_extractors.py` has those of the bank."""

import numpy as np
import pytest

from vgan.core.errors import UsageError
from vgan.metrics.extractors import FeatureExtractor


def clips(count, frames=7):
    return np.random.default_rng(0).integers(0, 256, (count, frames, 2, 2, 3), np.uint8)


def stub(compute, **about):
    return FeatureExtractor("stub", compute, "d", **about)


def test_clips_are_looked_at_sixteen_at_a_time_in_order():
    looked_at = []

    def compute(videos):
        looked_at.append(len(videos))
        return np.float32(videos.sum((2, 3, 4)))

    videos = clips(37)
    found = stub(compute)(videos)
    assert looked_at == [16, 16, 5]
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, videos.sum((2, 3, 4)))


def test_clips_of_another_length():
    extractor = stub(lambda videos: np.zeros((len(videos), 3)), frames=16)
    assert extractor(clips(2, 16)).shape == (2, 3)
    with pytest.raises(UsageError, match="'stub': made for clips of 16 frames, not 7.*--frames=16"):
        extractor(clips(2))


@pytest.mark.parametrize(
    "features, text",
    [
        (np.zeros((2, 3, 4)), r"\[2, 3, 4\]"),
        (np.zeros(2), r"\[2\]"),
        (np.zeros((1, 3)), r"\[1, 3\]"),
        (np.array([[1, 2], [3, np.nan]]), "finite"),
        (np.array([[1, 2], [-np.inf, 3]]), "finite"),
    ],
)
def test_features_that_are_not_a_finite_row_a_clip(features, text):
    with pytest.raises(UsageError, match=text) as raised:
        stub(lambda videos: features)(clips(2))
    assert "'stub'" in str(raised.value) and "for 2 clips" in str(raised.value)


def test_a_bad_value_in_a_later_chunk():
    def compute(videos):
        return np.full((len(videos), 1), np.nan if len(videos) < 16 else 1.0)

    with pytest.raises(UsageError, match="finite"):
        stub(compute)(clips(18))
