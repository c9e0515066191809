"""Key frames of frames whose differences are known."""

import numpy as np
import pytest

from vgan.core import spec
from vgan.core.errors import UsageError


def moments(text, greys, longest_gap=250):
    select = spec.build(spec.parse(text), "data_prep.choosing.selection.{}")
    frames = (np.full([2, 3, 3], grey, np.uint8) for grey in greys)
    return list(select(frames, longest_gap))


def kept(text, greys, longest_gap=250):
    return [moment.number for moment in moments(text, greys, longest_gap) if moment.kept]


@pytest.mark.parametrize(("every", "numbers"), [(1, list(range(9))), (4, [0, 4, 8]), (9, [0])])
def test_an_interval_is_exact(every, numbers):
    assert kept(f"interval(every={every})", range(9)) == numbers
    assert kept("interval()", range(25)) == [0, 12, 24]


def test_differences_by_hand():
    # Squares of what differs from the last one kept: 0, 9, 36 | 4, 25 | 25, 225, 256 | 36.
    greys = [0, 3, 6, 8, 11, 6, 26, 27, 21]
    found = moments("difference(threshold=20)", greys)
    assert [moment.number for moment in found if moment.kept] == [0, 2, 4, 5, 6, 8]
    assert [moment.mse for moment in found] == [None, 9, 36, 4, 25, 25, 400, 1, 25]
    assert [moment.gap for moment in found] == [0, 1, 2, 1, 2, 1, 1, 1, 2]
    assert kept("difference(threshold=25)", [0, 5, 6]) == [0, 2]  # It must be exceeded.


def test_differences_can_be_negative_and_large():
    assert [m.mse for m in moments("interval(every=9)", [255, 0, 255])] == [None, 255**2, 0]


def test_paths_and_usual_steps_by_hand():
    found = moments("interval(every=2)", [10, 13, 8, 8, 20])
    assert [moment.path for moment in found] == [0, 3, 8, 0, 12]
    assert [moment.usual for moment in found] == [0, 3, 4, 8 / 3, 5]


def test_adaptive_is_an_interval_where_all_moves_evenly():
    assert kept("adaptive(every=4)", range(0, 26, 2)) == [0, 4, 8, 12]
    assert kept("adaptive()", range(37)) == [0, 12, 24, 36]


def test_adaptive_by_hand():
    # Steps 1 1 1 1 4 4 4 1 1 1. Above 2.5 times the usual one: 3 > 2.5; then 1 + 4 > 2.5 * 8/5;
    # 4, then 8 > 2.5 * 16/7; 1, 2, 3 against 2.5 times 17/8, 18/9, 19/10.
    assert kept("adaptive(every=3)", [0, 1, 2, 3, 4, 8, 12, 16, 17, 18, 19]) == [0, 3, 5, 7]


def test_adaptive_keeps_more_where_more_happens():
    greys = np.cumsum([0] + [1] * 60 + [3] * 30 + [1] * 60)
    numbers = np.array(kept("adaptive(every=6)", greys))
    busy = np.sum((numbers > 60) & (numbers <= 90))
    assert busy >= 8 > np.sum(numbers <= 60) - 4 and len(numbers) in range(22, 30)


@pytest.mark.parametrize("text", ["adaptive()", "difference()", "interval(every=99)"])
def test_the_gap_is_never_longer(text):
    assert kept(text, [7] * 16, longest_gap=5) == [0, 5, 10, 15]


def test_frames_are_read_as_they_are_asked_for():
    def frames():
        yield np.zeros([2, 2, 3], np.uint8)
        raise AssertionError("read ahead")

    select = spec.build(spec.parse("difference()"), "data_prep.choosing.selection.{}")
    assert next(select(frames(), 250)).kept


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("interval(every=0)", "every=0"),
        ("interval(every=2.5)", "every=2.5"),
        ("difference(threshold=-1)", "threshold=-1"),
        ("difference(threshold=1e999)", "threshold=inf"),
        ("adaptive(every=0.5)", "every=0.5"),
        ("adaptive(every=1e999)", "every=inf"),
        ("each()", "Known: adaptive, difference, interval;"),
    ],
)
def test_bad_specs(text, message):
    with pytest.raises(UsageError, match=message):
        kept(text, [0])
