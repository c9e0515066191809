"""What is on screen when."""

import math
import types
from fractions import Fraction

import pytest

from vgan.media import clock


def stamped(times, duration=None):
    """Frames with such times in seconds; the last one has a duration."""
    frames = [
        types.SimpleNamespace(
            pts=time and Fraction(time), time_base=1, duration=None, number=number
        )
        for number, time in enumerate(times)
    ]
    if frames:
        frames[-1].duration = duration and Fraction(duration)
    return frames


def shown(times, rate, step, duration=None, end=math.inf):
    """Numbers of the frames that `sampled` gives for frames at these times."""
    timed = clock.Clock(stamped(times, duration), 0, Fraction(step))
    return [frame.number for frame in clock.sampled(timed, Fraction(rate), Fraction(step), end)]


def test_the_same_rate_gives_each_frame_once():
    assert shown([Fraction(k, 25) for k in range(7)], 25, Fraction(1, 25)) == list(range(7))


def test_half_and_double_the_rate():
    times = [Fraction(k, 10) for k in range(6)]
    assert shown(times, 5, Fraction(1, 10)) == [0, 2, 4]
    assert shown(times[:3], 20, Fraction(1, 10)) == [0, 0, 1, 1, 2, 2]


def test_a_variable_rate_is_evened():
    # Frame 0 for .1 s, frame 1 for .5 s, frame 2 for .1 s, at ten a second.
    assert shown(["0", "1/10", "6/10"], 10, "1/10") == [0, 1, 1, 1, 1, 1, 2]


def test_times_rounded_to_milliseconds_lose_and_repeat_nothing():
    times = [Fraction(round(1000 * k / 30), 1000) for k in range(300)]
    assert shown(times, 30, Fraction(1, 30)) == list(range(300))


def test_duration_is_kept():
    for count, own, rate in [(300, 25, 10), (300, 30, 25), (7, 10, 25), (97, 24, 23.976)]:
        times = [Fraction(k, own) for k in range(count)]
        assert len(shown(times, rate, Fraction(1, own))) == pytest.approx(
            count * rate / own, abs=0.76
        )


def test_a_single_frame_and_none():
    assert shown(["0"], 10, "1/100") == [0]
    assert shown([], 10, "1/10") == []


def test_what_comes_before_the_first_frame_shows_it_too():
    assert shown(["1/2", "6/10"], 10, "1/10") == [0] * 6 + [1]


def test_the_last_frame_is_shown_as_long_as_the_file_says():
    assert shown(["0", "1/10"], 10, "1/10", "4/10") == [0, 1, 1, 1, 1]
    assert shown(["0", "1/10"], 10, "1/10", "9/100") == [0, 1]  # Rounded.
    assert shown(["0", "1/10"], 10, "1/10", "9999") == [0, 1]  # Damaged.
    assert shown(["0", "1/10"], 10, "1/10", "9", end=Fraction(3, 10)) == [0, 1, 1]


def test_a_gap_of_years_ends_it():
    timed = clock.Clock(stamped(["0", "1", "1000000"]), 0, Fraction(1))
    found = clock.sampled(timed, Fraction(2), Fraction(1))
    assert [next(found).number, next(found).number] == [0, 0]
    with pytest.raises(clock.ClockError, match="frame 2 would come at 1000000 seconds"):
        list(found)


def test_times_that_fall_back_or_are_missing_grow_by_a_step():
    timed = clock.Clock(stamped([0, None, 1, 1, -5, 9]), 0, Fraction(1, 4))
    assert [time for time, _ in timed] == [0, 0.25, 1, 1.25, 1.5, 9]
    assert (timed.count, timed.time) == (6, 9)
    assert [time for time, _ in clock.Clock(stamped([None]), 0, Fraction(1, 4))] == [0]


def test_a_file_that_ends_before_what_it_announces_is_short():
    timed = clock.Clock(stamped([0, 1, 2]), 0, Fraction(1))
    list(timed)
    assert timed.is_short(10, 10)
    for frames, seconds in [(3, 10), (10, 4), (0, 10), (10, None)]:
        assert not timed.is_short(frames, seconds)
