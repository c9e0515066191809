from fractions import Fraction

import numpy as np
import pytest

from vgan.after import frame_rate


def run(levels, old, fps, how="nearest"):
    video = np.array(levels, np.uint8)[:, None, None, None].repeat(3, axis=3)
    made, rate = frame_rate.treatment(fps, how)(iter(video), Fraction(old))
    return [int(frame[0, 0, 0]) for frame in made], rate


@pytest.mark.parametrize("how", ["nearest", "blend"])
def test_the_same_rate_changes_nothing(how):
    assert run([1, 2, 3], 25, 25, how) == ([1, 2, 3], 25)


def test_nearest_by_hand():
    assert run([1, 2, 3], 10, 20)[0] == [1, 1, 2, 2, 3, 3]
    assert run([1, 2, 3, 4], 24, 30)[0] == [1, 2, 3, 3, 4]
    assert run([1, 2, 3, 4, 5], 30, 24)[0] == [1, 2, 4, 5]
    assert run([1, 2, 3, 4, 5, 6], 30, 10)[0] == [2, 5]


def test_blend_by_hand():
    # Middles at -.25, .25, .75, 1.25 of the middles of the given frames.
    assert run([0, 100], 10, 20, "blend")[0] == [0, 25, 75, 100]
    assert run([0, 100, 200, 40], 20, 10, "blend")[0] == [50, 120]
    assert run([7], 10, 30, "blend")[0] == [7, 7, 7]


@pytest.mark.parametrize("how", ["nearest", "blend"])
@pytest.mark.parametrize("fps", [1, 7.5, 23.976, 25, "30000/1001", 60, 144])
def test_the_duration_stays_to_half_a_frame(how, fps):
    for count in (1, 2, 25, 101):
        made, rate = run(range(count), 25, fps, how)
        assert abs(Fraction(len(made)) / rate - Fraction(count, 25)) <= 1 / (2 * rate)
        assert made == sorted(made)


def test_rates_are_whole_or_those_of_television():
    assert run([1], 25, 30)[1] == 30
    assert run([1], 25, "30000/1001")[1] == Fraction(30000, 1001)
    assert run([1], 25, 29.97)[1] == Fraction(2997, 100)
