import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec, to_float, to_uint8

ALL = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize("kind", [np.asarray, tf.constant])
def test_every_grey_level_comes_back(kind):
    video = to_float(kind(ALL))
    assert video.dtype == np.float32 if kind is np.asarray else video.dtype == tf.float32
    back = to_uint8(video)
    assert back.dtype == np.uint8 if kind is np.asarray else back.dtype == tf.uint8
    np.testing.assert_array_equal(back, ALL)


def test_the_ends_of_the_range():
    np.testing.assert_array_equal(to_float(np.uint8([0, 255])), [-1, 1])
    beyond = np.float32([-7, -1.001, -1, 1, 1.001, 7])
    for kind in (np.asarray, tf.constant):
        np.testing.assert_array_equal(to_uint8(kind(beyond)), [0, 0, 0, 255, 255, 255])


def test_numpy_and_tensorflow_agree():
    np.testing.assert_array_equal(to_float(ALL), to_float(tf.constant(ALL)))
    sweep = np.linspace(-1.1, 1.1, 20_001, dtype=np.float32)
    np.testing.assert_array_equal(to_uint8(sweep), to_uint8(tf.constant(sweep)))


def test_rounds_to_the_nearest_level():
    levels = np.arange(255)
    for part, expected in ((0.49, levels), (0.51, levels + 1)):
        between = np.float32((levels + part) / 127.5 - 1)
        np.testing.assert_array_equal(to_uint8(between), expected)


def test_bfloat16_is_rounded_after_it_is_widened():
    values = tf.cast(to_float(ALL), tf.bfloat16)
    np.testing.assert_array_equal(to_uint8(values), to_uint8(tf.cast(values, tf.float32)))


def test_any_shape():
    video = np.zeros((2, 3, 4, 5, 3), np.uint8)
    assert to_float(video).shape == to_uint8(to_float(video)).shape == video.shape


def test_spec_says_its_shape():
    clip = ClipSpec(16, 32, 48)
    assert clip.shape == (16, 32, 48, 3)
    assert str(clip) == "16x32x48"
    assert clip == ClipSpec(16, 32, 48, 3)
