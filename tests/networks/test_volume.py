import keras
import numpy as np

from vgan.core.clip import ClipSpec
from vgan.networks.volume import BEYOND, fields, volume, with_given

CLIP = ClipSpec(6, 32, 16)


def test_what_lasts_is_the_same_at_both_ends():
    style, motion = keras.Input((5,)), keras.Input((CLIP.frames + 2 * BEYOND, 7))
    nothing = keras.Input((*CLIP.shape[:3], 0))
    drawn = fields(volume(style, motion, nothing, CLIP), 3)
    model = keras.Model([style, motion, nothing], drawn)
    random = np.random.default_rng(0)
    lasting = random.normal(size=(2, 1, 7)).repeat(CLIP.frames + 2 * BEYOND, 1)
    given = random.normal(size=(2, 5)), lasting, np.zeros([2, *CLIP.shape[:3], 0])
    found = np.array(model(given))
    assert found.shape == (2, 6, 8, 4, 3) and np.abs(found).max() > 1e-3
    np.testing.assert_allclose(found, found[:, :1].repeat(6, 1), atol=1e-6)


def test_what_is_given_stands_at_its_time_and_nothing_beyond():
    features = keras.ops.zeros([1, CLIP.frames + 2, 4, 2, 1])
    condition = np.zeros([1, *CLIP.shape[:3], 1], np.float32)
    condition[:, 0], condition[:, 5, :8] = 1, 8
    found = np.array(with_given(features, condition))[0, ..., 1]
    np.testing.assert_array_equal(found[1], np.ones([4, 2]))
    np.testing.assert_array_equal(found[6], [[8, 8], [0, 0], [0, 0], [0, 0]])
    assert not found[[0, 2, 3, 4, 5, 7]].any()
