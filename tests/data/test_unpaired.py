import collections

import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError, UsageError
from vgan.data import pipeline
from vgan.data.opening import beside, open_windows
from vgan.data.unpaired import is_unpaired, swapped

CLIP = ClipSpec(4, 16, 16)
TEXT = "unpaired(target='shapes(num_videos=8)', source='shapes(num_videos=5, seed=1)')"


def sides(split="train"):
    texts = "shapes(num_videos=8)", "shapes(num_videos=5, seed=1)"
    return [open_windows(text, CLIP, 1, split) for text in texts]


def test_beside_each_window_is_one_of_the_source():
    found, (target, source) = open_windows(TEXT, CLIP, 1, "train"), sides()
    assert is_unpaired(found) and not is_unpaired(target) and len(found) == 8
    video, other, label = beside(found, 7)
    np.testing.assert_array_equal(video, target[7][0])
    np.testing.assert_array_equal(other, source[7 % 5][0])
    assert label == target[7][1] and found.labels == target.labels
    assert found.fingerprint not in (target.fingerprint, source.fingerprint)


def test_each_side_is_seen_as_often_in_an_order_of_its_own():
    found, (target, source) = open_windows(TEXT, CLIP, 1, "train"), sides()
    of = [{side[n][0].tobytes(): n for n in range(len(side))} for side in (target, source)]
    seen = []
    for clips in pipeline.batches(found, 4, seed=0).take(10).as_numpy_iterator():
        seen += [
            (of[0][v.tobytes()], of[1][s.tobytes()])
            for v, s in zip(clips.video, clips.source, strict=True)
        ]
    counts = [collections.Counter(side) for side in zip(*seen, strict=True)]
    assert set(counts[0].values()) == {5} and set(counts[1].values()) == {8}
    assert len(set(seen)) > 20, "pairs change from pass to pass"


def test_a_resume_needs_only_the_step():
    found = open_windows(TEXT, CLIP, 1, "train")
    whole = list(pipeline.batches(found, 4, 3).take(3).as_numpy_iterator())[2]
    later = next(pipeline.batches(found, 4, 3, first_sample=8).as_numpy_iterator())
    np.testing.assert_array_equal(whole.source, later.source)
    np.testing.assert_array_equal(whole.video, later.video)


def test_times_are_changed_within_each_video():
    found = open_windows(TEXT, CLIP, 1, "train")
    augment = "speed(slowest=2, fastest=2)"
    clips = next(pipeline.batches(found, 8, 0, augment=augment).as_numpy_iterator())
    moments = np.arange(4) * 2
    _, source = sides()
    known = {source.frames(n, moments)[0].tobytes() for n in range(5)}
    assert {video.tobytes() for video in clips.source} <= known


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("unpaired(target='shapes()', source='shapes()')", DataError, "hold the same videos"),
        ("unpaired(target='shapes()', source=3)", UsageError, "must be text"),
        (
            "unpaired(target='shapes()', source=\"pairs(target='shapes()', source='shapes()')\")",
            UsageError,
            "has sources of its own",
        ),
        (f"mixture(sources=[{TEXT!r}, {TEXT!r}])", UsageError, "Mix within"),
        ("unpaired(target='shapes()')", UsageError, "needs the argument source"),
    ],
)
def test_what_is_no_two_sides_is_refused(text, error, told):
    with pytest.raises(error, match=told):
        open_windows(text, CLIP, 1, "train")


def test_sides_change_places():
    assert swapped(TEXT) == (
        "unpaired(target='shapes(num_videos=5, seed=1)', source='shapes(num_videos=8)')"
    )
    assert swapped("pairs(target='a', source='b')") == "pairs(target='b', source='a')"
    assert swapped("shapes()") == "shapes()"
