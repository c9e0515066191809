from fractions import Fraction

import numpy as np
import pytest

from vgan.treatments import chain, frame_rate

STARTS = "vgan.motion.interpolation.blend()"
"""The blend as a way of frames that are made: of beginnings, not of middles."""


def run(levels, old, fps, how="nearest"):
    video = np.array(levels, np.uint8)[:, None, None, None].repeat(3, axis=3)
    made, rate = frame_rate.treatment(fps, how)(iter(video), Fraction(old))
    return [int(frame[0, 0, 0]) for frame in made], rate


@pytest.mark.parametrize("how", ["nearest", "blend", "blend()", STARTS])
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
        least = max(Fraction(count, 25), 1 / rate)  # A frame is left at least.
        assert abs(len(made) / rate - least) <= 1 / (2 * rate)
        assert made == sorted(made)


@pytest.mark.parametrize("fps", [1, 7.5, 23.976, 25, "30000/1001", 60, 144])
def test_frames_that_are_made_begin_within_the_duration(fps):
    for count in (1, 2, 25, 101):
        made, rate = run(range(count), 25, fps, STARTS)
        assert 0 <= len(made) / rate - Fraction(count, 25) < 1 / rate
        assert made == sorted(made) and made[0] == 0


@pytest.mark.parametrize("how", ["nearest", "blend", "flow()"])
def test_a_frame_is_left_at_least(how):
    assert run([1, 2, 3], 25, 0.5, how)[0] == [1 if how == "flow()" else 3]
    assert run([5], 25, 0.01, how)[0] == [5]
    assert run([], 25, 0.01, how)[0] == []


def test_what_is_made_by_hand():
    assert run([0, 100], 10, 20, STARTS)[0] == [0, 50, 100, 100]
    assert run([0, 40, 80, 120], 24, 30, STARTS)[0] == [0, 32, 64, 96, 120]
    assert run([0, 40, 80, 120], 20, 10, STARTS)[0] == [0, 80]
    assert run([0, 90], 1, 30, STARTS)[0] == [3 * n for n in range(30)] + [90] * 30


def moving_square(number, speed):
    """A textured square of 20 pixels before a textured ground that stands still."""
    y, x = np.mgrid[:48, :80]
    video = np.empty((number, 48, 80, 3), np.uint8)
    for t, frame in enumerate(video):
        left = 6 + speed * t
        grey = 80 + 30 * np.sin(0.5 * x + 0.3 * y) + 20 * np.sin(0.2 * x - 0.7 * y)
        square = 160 + 40 * np.sin(0.6 * (x - left) + 1) + 30 * np.sin(0.5 * y)
        inside = (abs(y - 24) < 10) & (x >= left) & (x < left + 20)
        frame[:] = np.where(inside, square, grey)[..., None]
    return video


@pytest.mark.parametrize("how", ["flow()", "flow(kind='bicubic')", "blocks()"])
def test_frames_made_by_motion_are_nearer_to_the_truth_than_mixed_ones(how):
    given, truth = moving_square(5, speed=5), moving_square(13, speed=2)
    made, rate = frame_rate.treatment(25, how)(iter(given), Fraction(10))
    made = np.stack(list(made))
    assert made.shape == truth.shape and made.dtype == np.uint8 and rate == 25
    for ours, theirs in ((0, 0), (5, 2), (10, 4)):
        np.testing.assert_array_equal(made[ours], given[theirs])
    for number in (1, 2, 3, 4, 6, 7, 8, 9):
        before, share = int(number * 0.4), number * 0.4 % 1
        mixed = (1 - share) * given[before] + share * given[before + 1]
        errors = [np.square(frame - truth[number].astype(float)) for frame in (made[number], mixed)]
        assert errors[0].mean() < 0.5 * errors[1].mean()


def test_frames_are_made_as_they_are_asked_for():
    read = []
    given = moving_square(9, speed=2)
    made, _ = frame_rate.treatment(1000, "blocks(radius=2)")(
        (read.append(1) or frame for frame in given), Fraction(10)
    )
    for _ in range(90):
        next(made)
    assert len(read) == 2


def test_a_rate_told_as_a_decimal_keeps_its_frames():
    given = moving_square(4, speed=2)
    treatments = chain.build("frame_rate(fps=59.94, how='flow()')")
    made, fps = chain.apply(treatments, iter(given), 29.97)
    assert fps == Fraction(5994, 100)
    np.testing.assert_array_equal(np.stack(list(made))[::2], given)


def test_rates_are_whole_or_those_of_television():
    assert run([1], 25, 30)[1] == 30
    assert run([1], 25, "30000/1001")[1] == Fraction(30000, 1001)
    assert run([1], 25, 29.97)[1] == Fraction(2997, 100)
