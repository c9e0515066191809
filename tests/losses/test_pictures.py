"""Losses of the pictures of clips: the style of a file, and the content of what is given."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from vgan.core import spec
from vgan.core.clip import Batch
from vgan.core.errors import DataError, UsageError
from vgan.metrics.style import Style, content, of_file
from vgan.networks import random2d

SAMPLES = tf.range(2, dtype=tf.int64)


def loss(text):
    return spec.build(spec.parse(text), "vgan.losses.kinds.{}")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("pictures") / "a.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)).save(file)
    return file


@pytest.fixture(scope="module")
def clips():
    """Two clips of one frame each that stays, so that whichever is looked at is the same."""
    frames = tf.random.stateless_uniform([2, 1, 16, 16, 3], [1, 2], -1, 1)
    return tf.repeat(frames, 3, 1)


def test_style_is_that_of_the_file_at_the_size_of_clips(path, clips):
    part = loss(f"picture_style(picture={str(path)!r})")
    found = part.compute(clips, Batch(clips, None, None), 0, SAMPLES)
    by_hand = Style(random2d.features(), of_file(path, 16))(clips[:, 0])
    np.testing.assert_allclose(found, by_hand, rtol=1e-5)
    assert not part.of_given and not part.aligned
    larger = loss(f"picture_style(picture={str(path)!r}, short_side=24)")
    assert (larger.compute(clips, Batch(clips, None, None), 0, SAMPLES) != found).numpy().all()


def test_content_is_that_of_what_is_given(clips):
    part, other = loss("picture_content"), clips[:, :, ::-1]
    condition = tf.concat([other, tf.zeros_like(other[..., :1])], -1)
    found = part.compute(clips, Batch(clips, condition, None), 0, SAMPLES)
    by_hand = content(random2d.features(), clips[:, 0], other[:, 0])
    np.testing.assert_allclose(found, by_hand, rtol=1e-5)
    np.testing.assert_allclose(part.compute(other, Batch(clips, condition, None), 0, SAMPLES), 0)
    assert part.of_given


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("picture_style(picture='none.png')", DataError, "none.png"),
        ("picture_style(picture=3)", UsageError, "must be the path"),
        ("picture_style(picture='a.png', features='none()')", UsageError, "none"),
        ("picture_style(picture='a.png', features=3)", UsageError, "must be a text"),
        ("picture_content(frames=0)", UsageError, "frames=0"),
        ("source_colours(size=0)", UsageError, "size=0"),
        ("source_hues(size=0)", UsageError, "size=0"),
    ],
)
def test_bad_arguments(text, error, told):
    with pytest.raises(error, match=told):
        loss(text)
