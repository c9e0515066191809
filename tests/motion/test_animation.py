import re

import numpy as np
import pytest

from vgan.core.errors import DataError, UsageError
from vgan.motion import tracking
from vgan.motion.animation import animate, parse


def rings(height=41, width=61):
    y, x = np.indices((height, width))
    wave = 128 + 100 * np.sin(x / 5) * np.cos(y / 7 + x / 30)
    return np.repeat(np.uint8(wave)[..., None], 3, axis=-1)


def shown(text, frames=5, picture=None):
    return np.stack(list(animate(rings() if picture is None else picture, parse(text), frames)))


def test_a_pan_is_exact_and_its_border_replicated():
    picture = rings()
    video = shown("pan(dx=8, dy=-4)")
    assert video.dtype == np.uint8 and video.shape == (5, *picture.shape)
    np.testing.assert_array_equal(video[0], picture)
    for t in range(1, 5):
        np.testing.assert_array_equal(video[t, :-t, 2 * t :], picture[t:, : -2 * t])
        np.testing.assert_array_equal(video[t, :-t, 0], picture[t:, 0])


def test_a_quarter_turn_is_counter_clockwise():
    picture = rings(41, 41)
    np.testing.assert_array_equal(shown("rotate(degrees=90)", 2, picture)[1], np.rot90(picture))


def test_zooming_keeps_the_centre_and_doubles_distances():
    picture = rings()
    last = shown("zoom(factor=2)", 3, picture)[-1]
    np.testing.assert_array_equal(last[::2, ::2], picture[10:31, 15:46])
    (move,) = parse("zoom(factor=4)")
    np.testing.assert_allclose(move(0.5), [[2, 0, 0], [0, 2, 0]])


def test_sway_is_a_sine():
    (move,) = parse("sway(amplitude=6, period=0.5)")
    for time, dx in ((0, 0), (0.125, 6), (0.25, 0), (0.375, -6), (1, 0)):
        np.testing.assert_allclose(move(time), [[1, 0, dx], [0, 1, 0]], atol=1e-9)


def test_moves_compose_in_their_order():
    first = shown("pan(dx=4) + rotate(degrees=90)", 2, rings(41, 41))[1]
    # 4 to the right, then turned: 4 up.
    turned = np.rot90(rings(41, 41))
    np.testing.assert_array_equal(first[:-4], turned[4:])
    other = shown("rotate(degrees=90) + pan(dx=4)", 2, rings(41, 41))[1]
    np.testing.assert_array_equal(other[:, 4:], turned[:, :-4])


def test_following_positions_and_a_file(tmp_path):
    centres = np.array([[10, 5], [12, 5], [np.nan, np.nan], [16, 9.0]])
    tracking.write_csv(tmp_path / "a.csv", tracking.kinematics(centres))
    for text in (
        f"follow(track={str(tmp_path / 'a.csv')!r})",
        "follow(track=[(10, 5), (12, 5), (14, 7), (16, 9)])",
    ):
        (move,) = parse(text)
        steps = [move(time)[:, 2] for time in (0, 1 / 3, 2 / 3, 1)]
        np.testing.assert_allclose(steps, [(0, 0), (2, 0), (4, 2), (6, 4)], atol=1e-9)


def test_one_frame_is_the_picture():
    np.testing.assert_array_equal(shown("zoom(factor=3)", 1)[0], rings())


def test_a_move_of_ones_own():
    def jump(time):
        return np.array([[1, 0, 10.0 * (time > 0.5)], [0, 1, 0]])

    video = list(animate(rings(), [jump], 3))
    np.testing.assert_array_equal(video[1], rings())
    np.testing.assert_array_equal(video[2][:, 10:], rings()[:, :-10])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "give one or more, without weights"),
        ("0.5*pan(dx=3)", "without weights"),
        ("tilt(degrees=3)", "Known: follow, pan, rotate, sway, zoom;"),
        ("zoom()", "needs the argument factor"),
        ("zoom(factor=0)", "factor=0"),
        ("zoom(factor='big')", "factor='big'): must be a number"),
        (f"pan(dx=1e{400})", "dx=inf"),
        ("sway(amplitude=3, period=0)", "period=0"),
        ("sway(amplitude=3, period=1e-320)", "period=1e-320"),
        ("zoom(factor=1e-320)", "factor=1e-320"),
        ("pan(dx=1e300)", "dx=1e+300"),
        ("follow(track=[])", "no position"),
        ("follow(track=[(1, 2, 3)])", "holds no positions"),
        ("follow(track=3)", "holds no positions"),
    ],
)
def test_bad_moves(text, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        parse(text)


def test_a_missing_track():
    with pytest.raises(DataError, match="nowhere.csv"):
        parse("follow(track='nowhere.csv')")
