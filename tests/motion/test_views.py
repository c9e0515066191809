import numpy as np
import pytest

from tests.motion.textures import square, textured
from vgan.motion import estimators, views
from vgan.motion.views import Moment


def constant(dx, dy):
    return lambda first, second: np.full((*first.shape[:3], 2), (dx, dy), np.float32)


def plain(value=100, size=48):
    return np.full((size, size, 3), value, np.uint8)


@pytest.mark.parametrize(
    ("motion", "colour"),
    [
        ((4, 0), (255, 0, 0)),
        ((-4, 0), (0, 255, 255)),
        ((0, 4), (128, 255, 0)),
        ((0, -4), (128, 0, 255)),
        ((0, 0), (255, 255, 255)),
        ((1, 0), (255, 191, 191)),
        ((400, 0), (255, 0, 0)),
    ],
)
def test_colours_of_the_wheel(motion, colour):
    picture = views.wheel(Moment(plain(), plain(), constant(*motion), longest=4))
    assert picture.dtype == np.uint8 and picture.shape == (48, 48, 3)
    assert np.abs(picture[7, 9].astype(int) - colour).max() <= 1
    assert (picture == picture[0, 0]).all()


def test_full_colour_is_a_fiftieth_of_the_diagonal():
    frame = np.zeros((60, 80, 3), np.uint8)
    for dx, other in ((2, 0), (1, 128)):
        picture = views.wheel(Moment(frame, frame, constant(dx, 0)))
        assert abs(int(picture[0, 0, 1]) - other) <= 1


def test_arrows_point_along_the_flow():
    flow = np.zeros((1, 48, 48, 2), np.float32)
    flow[0, 18, 18] = (9, 0)
    moment = Moment(plain(), plain(), lambda first, second: flow)
    drawn = (views.arrows(moment) != 100).any(-1)
    assert drawn[18, 18:28].all() and not drawn[18, :17].any() and not drawn[18, 30:].any()
    rows, columns = np.nonzero(drawn)
    assert rows.min() >= 14 and rows.max() <= 22
    assert (moment.frame == 100).all()


def test_short_flow_has_no_arrows():
    picture = views.arrows(Moment(plain(), plain(), constant(0.4, 0)))
    np.testing.assert_array_equal(picture, plain())


def test_what_flow_explains_leaves_mid_grey():
    first, second = textured([0, 1], shift=(3, -2))
    moment = Moment(first, second, constant(3, -2))
    np.testing.assert_array_equal(views.compensated(moment)[2:, :-3], first[2:, :-3])
    assert (views.residual(moment)[2:, :-3] == 128).all()


def test_residuals_have_their_sign():
    for first, second, shade in ((120, 100, 148), (100, 120, 108), (255, 0, 255), (0, 255, 0)):
        picture = views.residual(Moment(plain(first), plain(second), constant(0, 0)))
        assert (picture == shade).all()


def test_compensation_by_an_estimate():
    first, second = square(12)[0], square(16)[0]
    left = views.residual(Moment(first, second, estimators.dis())).astype(float) - 128
    still = first.astype(float) - second
    assert np.square(left).mean() < 0.4 * np.square(still).mean()


def test_tracks_join_what_was_found():
    def fail(first, second):
        raise AssertionError("tracks need no flow")

    lost = (np.nan, np.nan)
    centres = [(5.5, 10.5), (15.5, 10.5), lost, (25.5, 10.5), (35.5, 10.5)]
    drawn = (views.tracks(Moment(plain(), plain(), fail, centres=centres)) != 100).any(-1)
    assert drawn[10, 5:16].all() and drawn[10, 25:36].all() and not drawn[10, 18:23].any()
    assert drawn[7, 35] and drawn[10, 38] and not drawn[7, 15]
    assert not (views.tracks(Moment(plain(), plain(), fail, centres=[lost])) != 100).any()
