"""Frames between key frames, and how near they come, against other ways to find it."""

import dataclasses
import math

import cv2
import numpy as np
import pytest

from data_prep.choosing import rebuilding, selection
from vgan.motion import interpolation


def moments(frames, every):
    return rebuilding.last_kept(selection.interval(every)(frames, 250))


def greys(*values):
    return [np.full([8, 8, 3], value, np.uint8) for value in values]


def rebuilt(frames, every, between=None):
    return list(rebuilding.rebuild(moments(frames, every), between or interpolation.blend()))


def test_only_the_last_becomes_kept_too():
    assert [m.kept for m in moments(greys(1, 2, 3, 4, 5, 6), 3)] == [True, 0, 0, True, 0, True]
    assert [m.kept for m in moments(greys(1, 2, 3, 4), 3)] == [True, False, False, True]
    assert [m.kept for m in moments(greys(1), 3)] == [True]
    assert list(moments([], 3)) == []


def test_key_frames_stay_and_others_lie_evenly_between():
    frames = greys(0, 200, 3, 40, 7, 60)  # Kept: 0, 4 and 5.
    made = rebuilt(frames, 4)
    assert [moment.number for moment, _ in made] == [0, 1, 2, 3, 4, 5]
    assert [int(frame[0, 0, 0]) for _, frame in made] == [0, 2, 4, 5, 7, 60]


def test_a_long_gap_is_filled_in_parts():
    asked = []

    def between(first, second, times):
        asked.append(len(times))
        return interpolation.blend()(first, second, times)

    made = rebuilt(greys(*range(0, 200, 10)), 250, between)
    assert [int(frame[0, 0, 0]) for _, frame in made] == list(range(0, 200, 10))
    assert max(asked) <= 8 and sum(asked) == 18


def test_only_frames_since_the_last_key_frame_are_read():
    count = 0

    def frames():
        nonlocal count
        for frame in greys(*range(100)):
            count += 1
            yield frame

    made = rebuilding.rebuild(moments(frames(), 10), interpolation.blend())
    for number, _ in enumerate(made):
        # One more is known, since it tells whether a frame is the last.
        assert count <= -(-max(number, 1) // 10) * 10 + 2


def test_ratios_are_those_of_opencv():
    rng = np.random.default_rng(0)
    frames = list(rng.integers(0, 256, (6, 8, 8, 3), dtype=np.uint8))
    made = rebuilt(frames, 3)
    likeness = rebuilding.Likeness()
    for pair in made:
        likeness.add(*pair)
    single = {n: cv2.PSNR(made[n][1], frames[n]) for n in (1, 2, 4)}
    assert likeness.made == pytest.approx(np.mean(list(single.values())))
    worst = min(single, key=single.get)
    assert likeness.worst == (pytest.approx(single[worst]), worst)
    whole = [np.concatenate(part) for part in ([frame for _, frame in made], frames)]
    assert likeness.all == pytest.approx(cv2.PSNR(*whole))


def test_equal_frames_count_as_100_db():
    likeness = rebuilding.Likeness()
    for moment, frame in rebuilt(greys(5, 5, 5), 2):
        likeness.add(moment, frame)
    assert (likeness.made, likeness.all, likeness.worst) == (100, 100, (100, 1))


def test_a_video_of_key_frames_alone():
    likeness = rebuilding.Likeness()
    for moment, frame in rebuilt(greys(5, 9), 1):
        assert moment.kept
        likeness.add(moment, frame)
    assert math.isnan(likeness.made) and likeness.worst is None and likeness.all == 100


def test_moments_are_not_changed():
    first, second = selection.interval(9)(greys(1, 2), 250)
    assert [m.kept for m in rebuilding.last_kept([first, second])] == [True, True]
    assert not second.kept and dataclasses.replace(second, kept=True).kept
