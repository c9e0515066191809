import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from vgan.core.errors import DataError
from vgan.metrics import style


def two(pictures):
    """A stand-in for features: pictures, and averages of squares of four pixels."""
    return [pictures, tf.nn.avg_pool2d(pictures, 2, 2, "VALID")]


def noise(number=1, seed=0, size=8):
    return tf.random.stateless_uniform([number, size, size, 3], [seed, 1], -1, 1)


def test_gram_by_hand():
    """Two places, (1, 2) and (3, 4): means of products are 5, 7 and 10."""
    found = style.gram(tf.constant([[[[1.0, 2.0], [3.0, 4.0]]]]))
    np.testing.assert_allclose(found, [[[5, 7], [7, 10]]])


def test_a_style_is_0_for_its_own_and_1_for_nothing():
    pictures = noise()
    wish = style.Style(two, pictures)
    np.testing.assert_allclose(wish(pictures), [0], atol=1e-6)
    np.testing.assert_allclose(wish(tf.zeros([2, 8, 8, 3])), [1, 1], rtol=1e-6)
    # Where things are makes no difference, but for what is averaged.
    turned = wish(pictures[:, ::-1, ::-1])
    np.testing.assert_allclose(turned, [0], atol=1e-6)
    # Twice as strong colours have four times the products.
    np.testing.assert_allclose(wish(2 * pictures), [9], rtol=1e-5)


def test_the_style_of_several_pictures_is_the_mean_of_theirs():
    pictures = noise(2)
    wish = style.Style(lambda x: [x], pictures)
    mean = np.mean([style.gram(of[None])[0] for of in pictures], 0)
    by_hand = np.square(style.gram(pictures[:1])[0] - mean).sum() / np.square(mean).sum()
    np.testing.assert_allclose(wish(pictures[:1]), [by_hand], rtol=1e-4)


def test_content_by_hand():
    """Of the coarser features alone: (0 - 4)^2 / 4^2, and (2 - 4)^2 / 4^2."""
    wanted = tf.fill([2, 2, 2, 3], 4.0)
    made = tf.constant([0.0, 2.0])[:, None, None, None] * tf.ones([2, 2, 2, 3])
    np.testing.assert_allclose(style.content(two, made, wanted), [1, 0.25], rtol=1e-3)
    # Of plain gray, whose features are 0, there is no share.
    off = style.content(two, made + 0.1, 0 * wanted)
    np.testing.assert_allclose(off, [10, 2.1**2 * 1000], rtol=1e-3)


def test_features_of_half_precision():
    def half(pictures):
        return [tf.cast(pictures, tf.bfloat16)]

    pictures = noise(2)
    assert style.Style(half, pictures)(pictures).dtype == tf.float32
    assert style.content(half, pictures, pictures).numpy().tolist() == [0, 0]


def test_pictures_and_videos_are_read_at_a_size(tmp_path):
    Image.fromarray(np.full((40, 60, 3), 255, np.uint8)).save(tmp_path / "white.png")
    found = style.of_file(tmp_path / "white.png", 20)
    assert found.shape == (1, 20, 30, 3)
    np.testing.assert_allclose(found, 1, atol=1e-5)
    frames = [Image.fromarray(np.full((10, 10, 3), 10 * n, np.uint8)) for n in range(24)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], lossless=True)
    levels = (style.of_file(tmp_path / "a.webp", 10)[:, 5, 5, 0] + 1) * 127.5
    np.testing.assert_allclose(levels, np.arange(0, 24, 3) * 10, atol=1)


def test_what_is_no_picture_is_one_line(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(DataError, match="a.png"):
        style.of_file(tmp_path / "a.png", 10)
