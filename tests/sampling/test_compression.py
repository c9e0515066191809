"""Latents of a video, rounded, and back, by a codec whose numbers are known."""

import types

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec, to_uint8
from vgan.core.errors import DataError, UsageError
from vgan.media.packed import Packed
from vgan.sampling import compression
from vgan.tasks import ways

ABOUT = Packed(8.0, (18, 22), 0, "")
FRAMES = np.random.default_rng(0).integers(0, 256, (7, 18, 22, 3), np.uint8)


class Halves:
    """A codec of pairs of frames and of cells of 4x4: their mean."""

    def __init__(self, clip, grid=None):
        self.grid, self._cell = grid, [2, 4, 4]
        self.clip = ClipSpec(clip.frames // 2, clip.height // 4, clip.width // 4, clip.channels)

    def encode(self, video):
        return tf.nn.avg_pool3d(video, [1, *self._cell, 1], [1, *self._cell, 1], "VALID")

    def decode(self, values):
        for axis, times in enumerate(self._cell, start=1):
            values = tf.repeat(values, times, axis)
        return values


def way(step=None, grid=None):
    clip = ClipSpec(4, 16, 16)
    return compression.ByLatents(lambda clip: Halves(clip, grid), clip, "mark", step)


@pytest.mark.parametrize(("step", "grid"), [(None, None), (0.6, None), (None, np.float32([0.25]))])
def test_latents_are_rounded_and_come_back(step, grid):
    """Seven frames of 18x22 are two windows of 4 frames and 20x24, edges repeated."""
    packed = way(step, grid).pack(iter(FRAMES), ABOUT)
    assert packed.codes.shape == (3, 2, 2, 5, 6) and packed.frames == 7
    made = np.stack(list(way(None, grid).restore(packed)))
    whole = np.pad(FRAMES, [(0, 1), (0, 2), (0, 2), (0, 0)], mode="edge") / 127.5 - 1
    means = whole.reshape(4, 2, 5, 4, 6, 4, 3).mean((1, 3, 5), keepdims=True)
    width = 0.25 if grid is not None else (step or 0.25) / 3
    rounded = np.round(means / width) * width
    expected = np.broadcast_to(rounded, (4, 2, 5, 4, 6, 4, 3)).reshape(8, 20, 24, 3)
    expected = to_uint8(expected[:7, :18, :22].astype(np.float32))
    assert np.abs(made.astype(int) - expected).max() <= 1


def test_what_it_says_of_what_does_not_fit():
    packed = way().pack(iter(FRAMES), ABOUT)
    for changes in ({"frames": 9}, {"codes": None, "pictures": [b""]}, {"step": None}):
        other = packed._replace(**changes)
        with pytest.raises(DataError, match="holds no latents of this model"):
            list(way().restore(other))
    with pytest.raises(UsageError, match="--step: .*levels of their own"):
        way(0.5, np.float32([0.25])).pack(iter(FRAMES), ABOUT)


def key_frames(every=2):
    """Key frames by a model that makes nothing, of pictures of 8x10."""
    model = types.SimpleNamespace(clip=ClipSpec(8, 8, 10))
    part = types.SimpleNamespace(text="a task", way=lambda frames: ways.Raised(every))
    return compression.ByKeyFrames(model, part, "mark", 75, label=3)


def test_key_frames_say_what_they_are_and_fit_no_other_task():
    frames = FRAMES[:, :8, :10]
    packed = key_frames().pack(iter(frames), ABOUT._replace(size=(8, 10)))
    assert (len(packed.pictures), packed.frames, packed.every, packed.label) == (4, 7, 2, 3)
    with pytest.raises(DataError, match="holds each 2th frame, --task=a task goes by each 4th"):
        list(key_frames(4).restore(packed))
    with pytest.raises(DataError, match="holds latents"):
        list(key_frames().restore(way().pack(iter(FRAMES), ABOUT)))
    with pytest.raises(DataError, match="pictures of"):
        list(key_frames().restore(packed._replace(size=(8, 12))))
