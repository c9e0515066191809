"""What is on screen when."""

from fractions import Fraction

import pytest

from data_prep.inputs.sources import timing


def shown(times, rate, last):
    """Numbers of the frames that `sampled` gives for frames at these times."""
    timed = ((Fraction(time), number) for number, time in enumerate(times))
    return list(timing.sampled(timed, Fraction(rate), Fraction(last)))


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


def test_a_gap_of_years_ends_it():
    found = timing.sampled(
        iter([(Fraction(0), "a"), (Fraction(1), "b"), (Fraction(10**6), "c")]),
        Fraction(2),
        Fraction(1),
    )
    assert [next(found), next(found)] == ["a", "a"]
    with pytest.raises(timing.ClockError, match="a frame would come at 1000000 seconds"):
        list(found)


def test_times_that_fall_back_or_are_silent_grow_by_a_step():
    told = [0, None, 1, 1, -5, 9]
    stamped = ((time if time is None else Fraction(time), time) for time in told)
    times = [time for time, _ in timing.growing(stamped, Fraction(1, 4))]
    assert times == [0, 0.25, 1, 1.25, 1.5, 9]
    assert [time for time, _ in timing.growing([(None, "a")], Fraction(1, 4))] == [0]
