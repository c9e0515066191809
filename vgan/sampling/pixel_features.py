"""What is known of each pixel of a file: its colour, motion and place, and what a network finds.

A file is taken in windows of few frames, so that it may be of any length.
"""

import itertools
import typing

import numpy as np

from vgan.core.clip import to_float
from vgan.core.errors import DataError
from vgan.media.tiles import mirrored, process_tiled, starts
from vgan.motion import occlusion
from vgan.motion.remap import backward

STEP, MARGIN = 8, 4
"""Frames of a window, and those around it that they depend on: motion is averaged over 2 frames
before and after, is of 1 more, and of labels neighbours vote."""

MOST_PIXELS = 100_000
"""That are looked at, by chance, of all of a file."""

COLOURS = np.float32([[0.299, 0.587, 0.114], [1, -0.8374, -0.1626], [-0.3374, -0.6626, 1]])
"""From RGB to brightness and, twice as much, blue and red differences (ITU-R BT.601)."""

DEPTH = 8
"""Of the principal components of what a network finds."""


class Window(typing.NamedTuple):
    """Frames with what is known of them, each [T, H, W, ...].

    Attributes:
      frames: uint8 RGB.
      motion: float32 (dx, dy) in pixels a frame, less the frame's median.
      forward, back: flow to the next frame, and from it back, of all frames but the last.
      followed, preceded: where these can be followed, bool.
      seen: float32, what a network finds, of no or DEPTH channels.
      inner: slice of the frames that are the window's own.
    """

    frames: np.ndarray
    motion: np.ndarray
    forward: np.ndarray
    back: np.ndarray
    followed: np.ndarray
    preceded: np.ndarray
    seen: np.ndarray
    inner: slice

    def features(self, t):
        """Of the pixels of a frame, float32 [H W, D]: colour, motion, place, what is seen."""
        height, width = self.frames.shape[1:3]
        colour = self.frames[t] / np.float32(255) @ COLOURS.T
        place = np.mgrid[:height, :width].transpose(1, 2, 0) / np.float32(max(height, width))
        both = np.concatenate([colour, self.motion[t], place, self.seen[t]], axis=-1)
        return both.reshape(height * width, -1)


def windows(source, estimate, see=None):
    """Windows of a file, few frames at a time.

    Args:
      source: iterable of uint8 [H, W, 3].
      estimate: an estimator of vgan.motion.estimators.
      see: frames uint8 [T, H, W, 3] -> what a network finds, float32 [T, H, W, D]; or None.
    """
    for held, inner in _held(source):
        frames = np.stack(held)
        if len(frames) < 2:
            raise DataError("it has a single frame, and motion needs two. Give a longer one")
        forward, back = estimate(frames[:-1], frames[1:]), estimate(frames[1:], frames[:-1])
        ways = forward, back, occlusion.visible(forward, back), occlusion.visible(back, forward)
        motion = np.zeros((*frames.shape[:3], 2), np.float32)
        motion[:-1] += forward
        motion[1:] -= back
        motion[1:-1] /= 2
        motion -= np.median(motion, axis=(1, 2), keepdims=True)
        motion = _averaged(_averaged(motion, *ways), *ways)
        seen = np.zeros((*frames.shape[:3], 0), np.float32) if see is None else see(frames)
        yield Window(frames, motion, *ways, seen, inner)


def _held(source):
    """Lists of frames, and the slice of them that is a window's own."""
    frames, held, before = iter(source), [], 0
    while True:
        wanted = before + STEP + MARGIN - len(held)
        held += itertools.islice(frames, wanted)
        if len(held) <= before:
            return
        yield held, slice(before, before + STEP)
        gone = max(0, before + STEP - MARGIN)
        held, before = held[gone:], before + STEP - gone


def _averaged(field, forward, back, followed, preceded):
    """A field [T, H, W, 2], the mean of each frame and its neighbours along the flow."""
    total, count = field.copy(), np.ones((*field.shape[:3], 1), np.float32)
    total[:-1] += followed[..., None] * backward(field[1:], forward)
    total[1:] += preceded[..., None] * backward(field[:-1], back)
    count[:-1] += followed[..., None]
    count[1:] += preceded[..., None]
    return total / count


class Seeing:
    """What a network of clips finds in frames of any size and number.

    Args:
      features: a function of clips float32 [N, T, H, W, 3] in [-1, 1] -> float32 [N, T, H, W, D].
      clip: ClipSpec of those.
    """

    def __init__(self, features, clip):
        self._features, self._clip, self._basis = features, clip, None

    def __call__(self, frames):
        """The DEPTH principal components, of the first frames', of features: [T, H, W, DEPTH]."""
        length, *tile = self._clip.shape[:3]
        overlap, found = [side // 4 for side in tile], None
        for start in starts(len(frames), min(length, len(frames)), 0):
            block = [frames[start + i] for i in mirrored(np.arange(length), len(frames) - start)]
            made = process_tiled(block, lambda of: self._features(to_float(of)), tile, overlap)
            made = self._projected(made[: len(frames) - start])
            if found is None:
                found = np.zeros((len(frames), *made.shape[1:]), np.float32)
            found[start : start + len(made)] = made
        return found

    def _projected(self, found):
        if self._basis is None:
            pixels = found.reshape(-1, found.shape[-1])
            pixels = pixels[:: max(1, len(pixels) // MOST_PIXELS)]
            self._basis = np.linalg.eigh(np.cov(pixels.T))[1][:, -DEPTH:].astype(np.float32)
        return found @ self._basis
