"""What is given of a clip, and how it lies in a file.

A condition is [B, T, H, W, C + 1]: pixels in [-1, 1], and a mask that is 1 where they are the
clip's own and stay. Where it is 0 they are a hint, such as a noisy clip, or 0 for nothing.
"""

import typing

import numpy as np
import tensorflow as tf

from vgan.core import randomness
from vgan.core.clip import to_float, to_uint8

HIDDEN, KNOWN, HINT = range(3)
"""What stands at a pixel of given frames at rest: nothing, the clip's own, or a hint."""


class Given(typing.NamedTuple):
    """What a task shows of clips.

    Attributes:
      pixels: float32 [B, T, H, W, C] in [-1, 1].
      known: float32, broadcast to [B, T, H, W, 1]: 1 where pixels are the clips' own, else 0.
    """

    pixels: typing.Any
    known: typing.Any


class Kind(typing.NamedTuple):
    """A kind of task.

    Attributes:
      show: (video float32 [B, T, H, W, C] in [-1, 1], seed int64 scalar, samples int64 [B]) ->
        Given; all that is random is a function of the last two.
      file: frames of a clip -> what is done with a whole file, one of vgan/tasks/ways.py; None
        where there is no way to pass one through a model of clips.
      of_source: `show` is handed the source beside the clip, not the clip.
      itself: what is shown is the clip itself, as it is.
      relabels: it is to be made a clip of another class.
      whole: something is shown at each pixel of each frame, none of which stays.
    """

    show: typing.Callable
    file: typing.Callable = lambda frames: None
    of_source: bool = False
    itself: bool = False
    relabels: bool = False
    whole: bool = False


def from_rest(pixels, kinds):
    """The condition of given frames: uint8 [..., C], and which kind each is, uint8 [..., 1]."""
    shown = tf.where(kinds == HIDDEN, 0.0, to_float(pixels))
    return tf.concat([shown, tf.cast(kinds == KNOWN, tf.float32)], -1)


def to_rest(condition):
    """What from_rest makes the same condition of again, as NumPy arrays.

    Known pixels and hints lie on the 256 levels of uint8, of which none is 0.
    """
    condition = np.asarray(condition)
    pixels, known = condition[..., :-1], condition[..., -1:] > 0.5
    kinds = np.where(known, KNOWN, np.where((pixels == 0).all(-1, keepdims=True), HIDDEN, HINT))
    return to_uint8(pixels), kinds.astype(np.uint8)


def visible(video, known):
    """The Given that shows a video where `known` is 1, and hides it elsewhere."""
    known = tf.cast(known, tf.float32)
    return Given(video * known, known)


def hint(pixels):
    """The Given of a degraded video, rounded to the 8 bits it would have in a file."""
    return Given(to_float(to_uint8(pixels)), tf.zeros([1, 1, 1, 1, 1]))


def other_labels(labels, number, seed, samples):
    """A random other class for each of those of clips.

    Args:
      labels: int [B]; number: of classes, 2 or more.
      seed: int; samples: int64 [B], which these are drawn from.
    """
    draws = np.asarray(randomness.uniform(seed, randomness.TASKS, samples, []))
    further = 1 + np.floor(draws * (number - 1)).astype(np.int32)
    return np.int32((np.asarray(labels) + further) % number)
