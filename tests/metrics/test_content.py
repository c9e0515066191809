"""What clips show, by hand."""

import colorsys

import numpy as np
import pytest

from vgan.metrics import content


def square(colour, step):
    """A square of 2 x 2 before black, moved by (dx, dy) from the first frame to the second."""
    video, moving = np.zeros((1, 2, 8, 8, 3), np.uint8), np.zeros((1, 1, 8, 8), np.float32)
    for frame in range(2):
        x, y = np.array([3, 3]) + frame * np.array(step)
        video[0, frame, y : y + 2, x : x + 2] = colour
    moving[0, 0, 3:5, 3:5] = 1
    return video, moving[..., None] * np.float32(step), moving


def measured(colour, step):
    found = content.statistics(*square(colour, step))
    assert list(found) == list(content.UNITS)
    return {name: of.item() for name, of in found.items()}


def test_a_red_square_that_goes_down():
    found = measured((200, 0, 0), (0, 2))
    assert found["brightness"] == pytest.approx(0.299 * 200 * 4 / 64, rel=1e-5)
    assert found["colour_red"] == pytest.approx(200 * 4 / 64)
    assert found["colour_green"] == 0
    assert (found["speed"], found["size"]) == pytest.approx((2, 4 / 64))
    assert (found["direction_right"], found["direction_down"]) == pytest.approx((0, 1))
    assert (found["hue_red"], found["hue_green"]) == pytest.approx((1, 0))
    assert found["sharpness"] > 0


@pytest.mark.parametrize("hue", np.arange(6) / 6)
def test_the_angle_is_the_hue(hue):
    """At the corners of the hexagon both are the same."""
    colour = np.rint(255 * np.array(colorsys.hsv_to_rgb(hue, 1, 1)))
    found = measured(colour, (1, 0))
    angle = np.arctan2(found["hue_green"], found["hue_red"]) / (2 * np.pi) % 1
    assert angle == pytest.approx(hue, abs=1e-6)


def test_nothing_is_said_of_what_stands_still_or_is_grey():
    video, flow, moving = square((90, 90, 90), (1, 0))
    grey = content.statistics(video, flow, moving)
    assert np.isnan([grey["hue_red"], grey["hue_green"]]).all() and grey["direction_right"] == 1
    still = content.statistics(video, 0 * flow, 0 * moving)
    unknown = {name for name, value in still.items() if np.isnan(value)}
    assert unknown == {"speed", *sum(content.CIRCLES.values(), ())}
