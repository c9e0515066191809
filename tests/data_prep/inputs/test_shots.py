"""Cuts of synthetic videos, whose places are known."""

import sys

import numpy as np
import pytest
import scenedetect
from PIL import Image

from data_prep.inputs import shots
from vgan.core import spec
from vgan.core.errors import UsageError

ALL = ["difference()", "content()", "adaptive()"]


def build(text):
    return spec.build(spec.parse(text), "data_prep.inputs.shots.{}")


def scene(seed, count, speed=1, size=48):
    """uint8 [count, size, size, 3]: a coloured texture that shifts by `speed` pixels a frame."""
    rng = np.random.default_rng(seed)
    length = size + count * speed
    coarse = rng.integers(0, 220, (4, max(2, length // 16), 3), dtype=np.uint8)
    wide = np.asarray(Image.fromarray(coarse).resize((length, size), Image.Resampling.BICUBIC))
    return np.stack([wide[:, n * speed : n * speed + size] for n in range(count)])


def joined(*lengths):
    return np.concatenate([scene(seed, length) for seed, length in enumerate(lengths)])


@pytest.mark.parametrize("text", ALL)
def test_known_cuts_in_frames_read_once(text):
    assert build(text)(iter(joined(20, 25, 17, 30))) == [20, 45, 62]


@pytest.mark.parametrize("text", ALL)
def test_one_shot_has_no_cut(text):
    assert build(text)(scene(0, 40)) == []
    assert build(text)([]) == []
    assert build(text)(scene(0, 1)) == []


@pytest.mark.parametrize("text", ALL)
@pytest.mark.parametrize("scale", [2, 8])
def test_large_frames_are_cut_where_small_ones_are(text, scale):
    frames = joined(18, 18).repeat(scale, axis=1).repeat(scale, axis=2)
    assert build(text)(frames) == [18]


@pytest.mark.parametrize("text", ALL)
def test_frames_that_change_their_size(text):
    """As those of damaged files do; the cut is in the second size."""
    frames = [*joined(20, 20)]
    for number in range(10, 40):
        frames[number] = frames[number].repeat(2, axis=0).repeat(3, axis=1)
    assert build(text)(frames) == [20]
    assert build(text)([np.zeros([1, 1000, 3], np.uint8)] * 3) == []


@pytest.mark.parametrize("length", [1, 2, 6])
@pytest.mark.parametrize("start", [1, 15])
def test_a_flash_is_no_cut(start, length):
    frames = scene(3, 40).astype(int)
    frames[start : start + length] += 150
    assert build("difference()")(np.uint8(frames.clip(0, 255))) == []


def test_a_flash_beside_a_cut_hides_it_not():
    frames = joined(20, 20).astype(int)
    frames[24] += 150
    assert build("difference()")(np.uint8(frames.clip(0, 255))) == [20]


def test_a_fast_pan_changes_as_much_as_a_cut_but_is_none():
    still, fast = scene(0, 1), scene(0, 20, speed=24)
    pan = np.concatenate([still.repeat(15, axis=0), fast, fast[-1:].repeat(15, axis=0)])
    changes = np.abs(np.diff(pan.astype(int), axis=0)).mean((1, 2, 3))
    assert np.median(changes[15:34]) > 30
    assert build("difference()")(pan) == []


def test_a_slow_pan_is_no_cut():
    assert build("difference()")(scene(1, 60, speed=3)) == []


def test_two_cuts_need_shortest_frames_between():
    frames = joined(20, 8, 20)
    assert build("difference()")(frames) == [20, 28]
    assert build("difference(shortest=9)")(frames) == [20]
    assert build("difference(shortest=3)")(joined(20, 3, 3, 20)) == [20, 23, 26]


def test_shots_at_the_ends_may_be_short():
    assert build("difference()")(joined(2, 20, 1)) == [2, 22]


def test_the_threshold_is_in_grey_levels():
    frames = np.full([30, 40, 40, 3], 100, np.uint8)
    frames[15:] = 111
    assert build("difference(threshold=10.9)")(frames) == [15]
    assert build("difference(threshold=11)")(frames) == []


def test_a_long_dissolve_goes_unseen():
    first, second = scene(0, 40), scene(1, 40)
    share = np.clip(np.arange(40) / 16 - 0.75, 0, 1)[:, None, None, None]
    assert build("difference()")(np.uint8((1 - share) * first + share * second)) == []


def test_surroundings_by_hand():
    assert list(shots._surroundings("abcd", 2)) == [
        (0, [], ["a", "b"]),
        (1, ["a"], ["b", "c"]),
        (2, ["a", "b"], ["c", "d"]),
        (3, ["b", "c"], ["d"]),
    ]
    assert list(shots._surroundings("ab", 1)) == [(0, [], ["a"]), (1, ["a"], ["b"])]


def test_shortest_and_threshold_reach_the_detectors_of_scenedetect():
    frames = joined(20, 10, 20)
    assert build("content(shortest=5)")(frames) == [20, 30]
    assert build("adaptive(shortest=5)")(frames) == [20, 30]
    assert build("adaptive(shortest=15)")(frames) == [20]
    assert build("content(threshold=200)")(frames) == []
    assert build("adaptive(threshold=200)")(frames) == []


def test_scenedetect_gets_colours_in_its_order_and_frames_of_its_size(monkeypatch):
    seen, expected = [], [(0, (8, 9, 3)), (1, (8, 9, 3)), (0, (192, 256, 3))]

    class Watching(scenedetect.ContentDetector):
        def process_frame(self, timecode, frame_img):
            seen.append((timecode.frame_num, frame_img.shape, frame_img[0, 0].tolist()))
            return []

    monkeypatch.setattr(scenedetect, "ContentDetector", Watching)
    build("content()")(np.full([2, 8, 9, 3], [1, 2, 3], np.uint8))
    build("content()")(np.full([1, 300, 400, 3], [1, 2, 3], np.uint8))
    assert seen == [(n, shape, [3, 2, 1]) for n, shape in expected]


@pytest.mark.parametrize("factory", [shots.content, shots.adaptive])
def test_without_scenedetect(monkeypatch, factory):
    monkeypatch.setitem(sys.modules, "scenedetect", None)
    with pytest.raises(UsageError, match=r"not installed. Run pip install 'vgan\[shots\]'"):
        factory()
    assert build("difference()")(joined(20, 20)) == [20]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("difference(threshold=0)", r"difference\(threshold=0\): must be a number above 0"),
        ("difference(threshold=True)", "threshold=True.: must be a number"),
        ("difference(shortest=0)", r"difference\(shortest=0\): must be a whole number"),
        ("content(threshold='high')", "threshold='high'.: must be a number"),
        ("adaptive(shortest=1.5)", r"adaptive\(shortest=1.5\): must be a whole number"),
        ("cuts()", "Known: adaptive, content, difference;"),
    ],
)
def test_bad_specs(text, message):
    with pytest.raises(UsageError, match=message):
        spec.build(spec.parse(text), "data_prep.inputs.shots.{}")
