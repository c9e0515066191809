import numpy as np
import pytest
import tensorflow as tf

from vgan.core.errors import UsageError
from vgan.networks import random2d


def test_features_are_the_same_each_time_and_of_any_size():
    pictures = tf.random.stateless_uniform([2, 24, 16, 3], [0, 1], -1, 1)
    one, other = (random2d.features(channels=5)(pictures) for _ in range(2))
    assert [of.shape.as_list() for of in one] == [
        [2, 24, 16, 8],
        [2, 12, 8, 8],
        [2, 6, 4, 8],
        [2, 3, 2, 8],
    ]
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_plain_pictures_have_colours_and_no_edges():
    plain = tf.ones([1, 16, 16, 3]) * [0.5, -0.25, 0.0]
    for of in random2d.features(channels=5)(plain):
        np.testing.assert_allclose(of[..., :3], np.broadcast_to([0.5, -0.25, 0], of[..., :3].shape))
        np.testing.assert_allclose(of[..., 3:], 0, atol=1e-5)


def test_no_filters_are_refused():
    with pytest.raises(UsageError, match="channels=0"):
        random2d.features(channels=0)
