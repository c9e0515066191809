"""Rules about which clips are dropped."""

import sys

import numpy as np
import pytest

from data_prep.judging.filters import Drop
from vgan.core.errors import UsageError


def reason(text, frames):
    watch = Drop(text).watch()
    for frame in frames:
        watch.see(frame)
    return watch.reason()


def clip(*levels, size=8):
    return np.stack([np.full([size, size, 3], level, np.uint8) for level in levels])


def lit(level, share, size=40):
    """Two black frames, a share of whose pixels is of a level."""
    frame = np.zeros([size, size, 3], np.uint8)
    frame.reshape(-1, 3)[: round(share * size**2)] = level
    return np.stack([frame, frame])


def test_static_by_hand():
    """Differences of 2 and 0, of 3 frames: 1 in the mean."""
    frames = clip(100, 102, 102)
    assert reason("static(below=1.01)", frames) == (
        "static: mean difference 1 grey levels, below 1.01"
    )
    assert reason("static(below=0.99)", frames) == ""


def test_static_sees_one_channel_and_both_signs():
    frames = clip(100, 100, 100)
    frames[1, ..., 2] += 3
    assert reason("static(below=1.01)", frames) and not reason("static(below=0.99)", frames)


def test_static_leaves_what_moves():
    assert reason("static", clip(7, 7, 7))
    noise = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype(np.uint8)
    assert reason("static", noise) == ""


def test_black_by_hand():
    """A tenth of 30 is 3 in the mean, and sqrt(.1 * .9) * 30 = 9 in deviation."""
    frames = lit(30, 0.1)
    assert reason("black(below=3.01, spread=9.01)", frames) == (
        "black: mean luma 3, below 3.01, and its deviation 9, below 9.01"
    )
    assert reason("black(below=2.99, spread=9.01)", frames) == ""
    assert reason("black(below=3.01, spread=8.99)", frames) == ""


def test_black_counts_deviation_over_time():
    """Frames of 0 and 20: 10 in the mean and in deviation, none of it within a frame."""
    frames = clip(0, 20)
    assert reason("black(below=10.1, spread=10.1)", frames)
    assert not reason("black(below=10.1, spread=9.9)", frames)


def test_black_leaves_a_night_with_lights():
    assert reason("black", clip(3, 4, 3))
    assert reason("black", lit(255, 0.01)) == ""
    assert reason("black", clip(40, 40)) == ""


def test_the_first_rule_speaks():
    assert reason("static + black", clip(0, 0)).startswith("static")
    assert reason("black + static", clip(0, 0)).startswith("black")
    assert reason("black(below=1) + static", clip(2, 2)).startswith("static")
    assert reason("", clip(0, 0)) == ""


def test_watches_know_nothing_of_each_other():
    drop = Drop("static")
    first, second = drop.watch(), drop.watch()
    for frame in clip(0, 200):
        first.see(frame)
    for frame in clip(0, 0):
        second.see(frame)
    assert not first.reason() and second.reason()


def test_near_duplicates_want_a_fingerprint():
    drop = Drop("static + near_duplicates(distance=7)")
    assert drop.distance == 7 and Drop("near_duplicates").distance == 31
    watch = drop.watch()
    for frame in clip(0, 200):
        watch.see(frame)
    assert watch.reason() == ""
    assert watch.fingerprint().dtype == np.uint64 and watch.fingerprint().shape == (4,)
    assert Drop("static").distance is None and Drop("static").watch().fingerprint() is None


class Bright:
    """A judge of one's own."""

    def see(self, frame):
        self.level = frame.mean()

    def reason(self):
        return "bright" if self.level > 200 else ""


def bright():
    return Bright


def test_a_rule_of_ones_own(monkeypatch):
    monkeypatch.setitem(sys.modules, "mine", sys.modules[__name__])
    assert reason("mine.bright + black", clip(250, 251)) == "bright"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("still", "Known: black, near_duplicates, static"),
        ("2*static", "no weights"),
        ("static + static(below=1)", "names a rule twice"),
        ("static(below=0)", "a number of at least 0.001 and at most 255"),
        ("black(below=300)", "a number of at least 0.001 and at most 255"),
        ("black(spread=0)", "a number of at least 0.001 and at most 255"),
        ("near_duplicates(distance=64)", "0 to 63"),
        ("near_duplicates(distance=1.5)", "whole number"),
    ],
)
def test_what_is_wrong(text, said):
    with pytest.raises(UsageError, match=said):
        Drop(text)
