import numpy as np
import tensorflow as tf

from vgan.models.codec import Pixels, put_back


def test_known_pixels_take_the_place_of_those_that_were_made():
    video = tf.constant(np.arange(24.0).reshape(1, 2, 2, 2, 3), tf.bfloat16)
    mask = np.zeros([1, 2, 2, 2, 1], np.float32)
    mask[:, 0] = 1
    condition = tf.constant(np.concatenate([-np.ones([1, 2, 2, 2, 3], np.float32), mask], -1))
    found = put_back(video, condition)
    assert found.dtype == tf.float32
    np.testing.assert_array_equal(found[:, 0], -np.ones([1, 2, 2, 3]))
    np.testing.assert_array_equal(found[:, 1], tf.cast(video, tf.float32)[:, 1])


def test_where_nothing_is_given_clips_stay_as_they_are():
    video = tf.ones([1, 2, 2, 2, 3])
    assert put_back(video, tf.zeros([1, 2, 2, 2, 0])) is video


def test_pixels_are_their_own_code():
    video = tf.ones([1, 2, 2, 2, 3])
    assert Pixels().decode(Pixels().encode(video)) is video
