import re

import cv2
import numpy as np
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.clip import to_float, to_uint8
from vgan.core.errors import UsageError
from vgan.tasks import kinds, ways

SHAPE = (2, 8, 16, 24, 3)


def given(task, video, seed=0):
    """Pixels as uint8 and the mask of a task, for a video uint8."""
    video = tf.constant(to_float(np.asarray(video)))
    pixels, known = task.show(video, seed, tf.range(len(video), dtype=tf.int64))
    known = np.broadcast_to(known, [*video.shape[:-1], 1])
    return np.asarray(to_uint8(pixels)), np.asarray(known)


def video(seed=0):
    return np.random.default_rng(seed).integers(0, 256, SHAPE, np.uint8)


@pytest.mark.parametrize(
    ("task", "frames"),
    [
        (kinds.prediction(given=3), [0, 1, 2]),
        (kinds.animation(), [0]),
        (kinds.interpolation(every=2), [0, 2, 4, 6]),
        (kinds.interpolation(every=3), [0, 3, 6]),
        (kinds.interpolation(given=1), [0, 7]),
        (kinds.interpolation(given=2), [0, 1, 6, 7]),
        (kinds.key_frames(positions=(5, -1)), [5, 7]),
        (kinds.generation(), []),
    ],
)
def test_which_frames_are_given(task, frames):
    known = given(task, video())[1]
    assert (known == known[:, :, :1, :1]).all()
    assert np.flatnonzero(known[0, :, 0, 0, 0]).tolist() == frames


def test_a_box_is_hidden_and_moves():
    for moving in (True, False):
        known = given(kinds.inpainting(share=0.5, moving=moving), video())[1][..., 0]
        assert ((known == 0).sum((2, 3)) == 8 * 12).all()
        for frame in known.reshape(-1, 16, 24):
            rows, columns = np.nonzero(frame == 0)
            assert np.ptp(rows) == 7 and np.ptp(columns) == 11
        changed = (known[:, 0] != known[:, -1]).any((1, 2))
        assert changed.all() if moving else not (known != known[:, :1]).any()
        assert (known[0, 0] != known[1, 0]).any()


def test_boxes_reach_all_corners():
    task = kinds.inpainting(share=0.9, moving=False)
    known = given(task, np.zeros([64, 1, 20, 20, 3], np.uint8))[1][:, 0, :, :, 0]
    assert (known[:, [0, 0, -1, -1], [0, -1, 0, -1]] == 0).any(0).all()


def test_noise_has_the_strength_that_is_asked_for():
    gray = np.full([2, 8, 32, 32, 3], 128, np.uint8)
    pixels, known = given(kinds.denoising(strength=10), gray)
    assert not known.any()
    noise = pixels - 128.0
    assert abs(noise.mean()) < 0.2 and abs(noise.std() - 10) < 0.2
    assert abs(np.corrcoef(noise[0, 0].ravel(), noise[0, 1].ravel())[0, 1]) < 0.1


def test_super_resolution_by_hand():
    halves = np.zeros([1, 1, 8, 8, 3], np.uint8)
    halves[:, :, :, 4:] = 200
    pixels, known = given(kinds.super_resolution(factor=2), halves)
    small = np.float32(halves[0, 0, ::2, ::2])
    large = cv2.resize(small, (8, 8), interpolation=cv2.INTER_CUBIC)
    # TensorFlow's cubic has another a (-.5, OpenCV -.75), so the overshoot differs by some levels.
    assert np.abs(pixels[0, 0] - large.clip(0, 255)).max() < 12
    np.testing.assert_array_equal(pixels[0, 0, :, [0, 7]], [[[0] * 3] * 8, [[200] * 3] * 8])
    assert not known.any()


def test_gray_is_the_luma():
    colours = np.zeros([1, 1, 1, 4, 3], np.uint8)
    colours[0, 0, 0] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]]
    pixels = given(kinds.colorization(), colours)[0][0, 0, 0]
    assert pixels.tolist() == [[76] * 3, [150] * 3, [29] * 3, [18] * 3]


def test_blur_is_that_of_opencv():
    clip = video()
    pixels = given(kinds.deblurring(sigma=1.0), clip)[0]
    for frame, blurred in zip(clip[0], pixels[0], strict=True):
        wanted = cv2.GaussianBlur(np.float32(frame), (7, 7), 1.0, borderType=cv2.BORDER_REFLECT_101)
        assert np.abs(wanted - blurred).max() < 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prediction(given=0)", "given=0"),
        ("prediction(given=8)", "all 8 frames are given"),
        ("prediction(given=9)", "clips have 8"),
        ("interpolation()", "give one of the two"),
        ("interpolation(every=2, given=1)", "give one of the two"),
        ("interpolation(every=1)", "all 8 frames"),
        ("interpolation(every=2.5)", "every=2.5"),
        ("interpolation(every='2')", "every='2'"),
        ("key_frames(positions=3)", "positions=3"),
        ("key_frames(positions=(0, 8))", "clips have 8"),
        ("key_frames(positions=())", "whole numbers"),
        ("inpainting(share=1.0)", "share=1.0"),
        ("denoising(strength=0)", "strength=0"),
        ("super_resolution(factor=1)", "factor=1"),
        ("super_resolution(factor=5)", "doesn't divide clips of 16x24"),
        ("deblurring(sigma=-1)", "sigma=-1"),
        ("deblurring(sigma=1e-320)", "sigma=1e-320"),
        ("denoising(strength=True)", "strength=True): must be a number"),
        ("inpainting(moving='no')", "moving='no'): must be True or False"),
        ("key_frames(positions=(True,))", "whole numbers"),
        ("prediction(given=1000000000000)", "given=1000000000000"),
        ("deblurring(sigma=9)", "too wide for clips of 16x24"),
    ],
)
def test_what_cannot_be_given(text, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        given(spec.build(spec.parse(text), "vgan.tasks.kinds.{}"), video())


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        (kinds.generation(), None),
        (kinds.prediction(given=3), ways.Continued(3)),
        (kinds.animation(), ways.Continued(1)),
        (kinds.interpolation(every=2), ways.Raised(2)),
        (kinds.interpolation(every=3), ways.Between((0, 3, 6))),
        (kinds.interpolation(every=8), ways.Continued(1)),
        (kinds.interpolation(given=1), ways.Between((0, 7))),
        (kinds.key_frames(positions=(5, -1)), ways.Between((5, 7))),
        (kinds.key_frames(positions=(1, 0)), ways.Continued(2)),
        (kinds.key_frames(positions=(3,)), ways.Between((3,))),
        (kinds.inpainting(), ways.Inpainted()),
        (kinds.denoising(), ways.Restored()),
    ],
)
def test_what_is_done_with_a_whole_file(kind, way):
    assert kind.file(8) == way


def test_files_are_the_small_frames_of_super_resolution():
    way = kinds.super_resolution(factor=3).file(8)
    assert way.scale == 3 and way.enlarged(tf.zeros([1, 2, 4, 5, 3])).shape == (1, 2, 12, 15, 3)
