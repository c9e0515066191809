"""Each part of --augment, against numbers worked out by hand."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.errors import UsageError
from vgan.data.augmentations import Colours, Pixels, Times

RED, GREEN, BLUE = np.eye(3, dtype=np.float32)


def build(text):
    return spec.build(spec.parse(text), "vgan.data.augmentations.{}")


def times(text, draws, last=100, before=(10, 12, 14, 16)):
    part = build(text)
    assert isinstance(part, Times)
    return part.change(np.array(before, np.float64), np.float32(draws), last).tolist()


def pixels(text, video, *draws):
    part = build(text)
    assert isinstance(part, Pixels)
    return part.change(tf.constant(video), tf.constant(draws, tf.float32)).numpy()


def colour(text, draw, of, mean=(0, 0, 0)):
    """What a change makes of one colour [3] of a clip of a mean colour."""
    part = build(text)
    assert isinstance(part, Colours)
    found = part.change(tf.constant([[mean, of]], tf.float32), tf.constant([[[draw]]], tf.float32))
    return found[0, 1].numpy()


@pytest.mark.parametrize(
    ("draw", "expected"),
    [(0.0, [10, 11, 12, 13]), (0.5, [10, 12, 14, 16]), (0.75, [10, 12 + 0.828427, 15.656854])],
)
def test_speed_is_as_often_slower_as_faster(draw, expected):
    """From 1/2 to 2 by equal factors: a draw of 3/4 is the root of 2."""
    found = times("speed(slowest=0.5, fastest=2)", [draw, 0, 0])
    np.testing.assert_allclose(found[: len(expected)], expected, atol=1e-5)


def test_a_short_video_is_played_as_fast_as_it_has_frames():
    assert times("speed(slowest=8, fastest=8)", [0.3, 0, 0], last=9, before=[2, 3, 4, 5]) == [
        2, 5, 8, 11,
    ]  # fmt: skip
    assert times("speed", [0.9, 0, 0], before=[7]) == [7]


def test_reverse():
    assert times("reverse(share=0.25)", [0.24, 0, 0]) == [16, 14, 12, 10]
    assert times("reverse(share=0.25)", [0.25, 0, 0]) == [10, 12, 14, 16]


@pytest.mark.parametrize(
    ("draws", "expected"),
    [
        # A third of the draws cuts before each frame but the first; the rest begins at 0 to last
        # less its length.
        ([0.4, 0.0, 0.0], [10, 0, 2, 4]),
        ([0.4, 0.0, 0.999], [10, 96, 98, 100]),
        ([0.4, 0.5, 0.5], [10, 12, 49, 51]),
        ([0.4, 0.999, 0.999], [10, 12, 14, 100]),
        ([0.5, 0.0, 0.0], [10, 12, 14, 16]),
    ],
)
def test_splice(draws, expected):
    assert times("splice(share=0.5)", draws) == expected


def test_one_frame_has_no_splice():
    assert times("splice(share=1)", [0, 0.5, 0.5], before=[3]) == [3]


@pytest.mark.parametrize(("name", "axis"), [("flip", 2), ("flip_vertical", 1)])
def test_flips(name, axis):
    video = np.random.default_rng(0).integers(0, 256, (3, 2, 4, 6, 3), np.uint8)
    found = pixels(name, video, [0.49, 0, 0], [0.5, 0, 0], [0.0, 0, 0])
    expected = [np.flip(video[0], axis), video[1], np.flip(video[2], axis)]
    np.testing.assert_array_equal(found, expected)


def test_crop_scales_a_part_to_full_size():
    """In a ramp of 20 levels a pixel, from the first pixel's middle to the last one's."""
    row, column = np.mgrid[:5, :9]
    frame = np.stack([20 * row, 20 * column, 100 + row], -1).astype(np.uint8)
    video = np.stack([[frame, frame + 1], [frame, frame]])
    found = pixels("crop(smallest=0.5)", video, [0.0, 1.0, 0.5], [1.0, 0.3, 0.3])
    # Half of 4 steps down from the lower half on, half of 8 to the right from a quarter on.
    np.testing.assert_array_equal(found[0, 0, :, 0, 0], [40, 50, 60, 70, 80])
    np.testing.assert_array_equal(found[0, 0, 0, :, 1], np.arange(40, 121, 10))
    np.testing.assert_array_equal(found[0, 1], found[0, 0] + 1)
    np.testing.assert_array_equal(found[1], video[1])


def test_brightness():
    found = colour("brightness(amount=0.4)", -0.5, [0.1, 0.2, -0.9])
    np.testing.assert_allclose(found, [-0.1, 0.0, -1.1], atol=1e-6)


def test_contrast_is_about_the_mean_gray_of_the_clip():
    found = colour("contrast(amount=0.5)", 1.0, [0.4, 0.0, -0.2], mean=[0.3, 0.1, -0.1])
    np.testing.assert_allclose(found, [0.55, -0.05, -0.35], atol=1e-6)


def test_saturation_is_about_the_gray_of_the_colour():
    found = colour("saturation(amount=0.5)", -1.0, [0.6, 0.0, 0.0])
    np.testing.assert_allclose(found, [0.4, 0.1, 0.1], atol=1e-6)


def test_hue_turns_red_to_green_to_blue():
    third = "hue(amount=0.333333333)"
    np.testing.assert_allclose(colour(third, 1.0, RED), GREEN, atol=1e-5)
    np.testing.assert_allclose(colour(third, 1.0, GREEN), BLUE, atol=1e-5)
    np.testing.assert_allclose(colour(third, -1.0, RED), BLUE, atol=1e-5)
    # Half of that is yellow, as bright as red and as far from its gray: (2, 2, -1) / 3.
    np.testing.assert_allclose(colour(third, 0.5, RED), [2 / 3, 2 / 3, -1 / 3], atol=1e-5)
    np.testing.assert_allclose(colour(third, 0.7, [0.3, 0.3, 0.3]), [0.3] * 3, atol=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "speed(slowest=0)",
        "speed(slowest=3)",
        "speed(fastest=1e999)",
        "reverse(share=0.0)",
        "splice(share=1.1)",
        "crop(smallest=0)",
        "crop(smallest='half')",
        "brightness(amount=-0.1)",
        "contrast(amount=True)",
        "saturation(amount=2)",
        "hue(amount=None)",
    ],
)
def test_arguments_out_of_range_name_the_part(text):
    name, argument = text.split("(")[0], text.split("(")[1].split("=")[0]
    with pytest.raises(UsageError, match=rf"^{name}\(.*{argument}=.*must "):
        build(text)
