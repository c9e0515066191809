import numpy as np

from tests.motion.textures import Texture, rms, textured
from vgan.motion import estimators
from vgan.motion.transfer import transfer


def rings(size):
    y, x = np.indices((size, size))
    wave = 128 + 100 * np.sin(np.hypot(x - size / 2, y - size / 2) / size * 20)
    return np.repeat(np.uint8(wave)[..., None], 3, axis=-1)


def test_a_shift_moves_a_picture_of_its_size():
    video, picture = textured(range(6), shift=(2, -1)), rings(64)
    moved = np.stack(list(transfer(video, picture, estimators.dis())))
    assert moved.dtype == np.uint8 and moved.shape == (6, 64, 64, 3)
    np.testing.assert_array_equal(moved[0], picture)
    for t in range(6):
        true = np.roll(picture, (-t, 2 * t), axis=(0, 1))
        assert rms(moved[t], true, margin=14) < 1.5


def test_the_flow_is_stretched_with_the_picture():
    video, picture = textured(range(3), shift=(2, 0)), rings(160)[:128]
    moved = list(transfer(video, picture, estimators.dis()))
    assert moved[2].shape == (128, 160, 3)
    # 4 of 64 pixels are 10 of 160.
    assert rms(moved[2], np.roll(picture, 10, axis=1), margin=30) < 2


def test_a_turn_adds_up():
    video = textured(range(9), degrees=3)
    moved = list(transfer(video, video[0], estimators.dis()))
    for t in (4, 8):
        assert rms(moved[t], video[t], margin=14) < 12 < rms(video[0], video[t], margin=14)


def test_a_flow_of_large_motion_is_not_lost():
    """48 pixels in all: flow from the last frame straight to the first finds nothing."""
    video = textured(range(17), shift=(3, 0), size=96)
    y, x = np.indices((96, 96)) - 47.5
    picture = np.repeat(np.uint8(Texture(3)(x, y))[..., None], 3, axis=-1)
    *_, last = transfer(video, picture, estimators.dis())
    assert rms(last[8:-8, 56:-8], picture[8:-8, 8:-56]) < 5


def test_no_frames():
    assert list(transfer([], rings(32), estimators.dis())) == []
