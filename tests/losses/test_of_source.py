import numpy as np
import tensorflow as tf

from vgan.core import spec
from vgan.core.clip import Batch, to_float

SAMPLES = tf.constant([0], tf.int64)


def loss(text):
    return spec.build(spec.parse(text), "vgan.losses.kinds.{}")


def test_source_colours_are_those_of_squares():
    """Of 5x5 pixels in squares of 3: the last ones are of 3x2, 2x3 and 2x2."""
    video = np.zeros([1, 2, 5, 5, 3], np.float32)
    source = video.copy()
    source[0, 0, 0, 0, 0] = 0.9  # 0.1 on average in its square.
    source[0, 1, 4, 4, 2] = -0.8  # 0.2 in the last one.
    source[0, 1, 0, :2, 1] = 0.5, -0.5  # Texture.
    condition = np.concatenate([source, np.ones_like(source[..., :1])], -1)
    part = loss("source_colours(size=3)")
    found = part.compute(tf.constant(video), Batch(None, condition, None), 0, SAMPLES)
    np.testing.assert_allclose(found, [0.3 / 24], rtol=1e-5)
    assert part.of_given


def difference(part, video, source):
    condition = np.concatenate([source, np.ones_like(source[..., :1])], -1)
    found = part.compute(tf.constant(video), Batch(None, condition, None), 0, SAMPLES)
    return found.numpy()


def test_source_hues_are_free_of_light():
    """200, 100, 0 of 300 + 8 grey levels, in half the light of 150 + 8, and turned around."""
    video = to_float(np.full([1, 2, 4, 4, 3], [200, 100, 0], np.uint8))
    part = loss("source_hues(size=2)")
    dim = to_float(np.full([1, 2, 4, 4, 3], [100, 50, 0], np.uint8))
    turned = np.ascontiguousarray(video[..., ::-1])
    by_hand = (200 / 308 - 100 / 158 + 100 / 308 - 50 / 158) / 3
    np.testing.assert_allclose(difference(part, dim, video), [by_hand], rtol=1e-4)
    np.testing.assert_allclose(difference(part, turned, video), [2 * 200 / 308 / 3], rtol=1e-4)
    assert part.of_given
