"""The shape of a clip, and the one place that knows the range of its pixels.

A video is float32 `[B, T, H, W, C]`, RGB, in [-1, 1] inside the networks, and uint8 at rest.
"""

import dataclasses
import typing

import numpy as np


@dataclasses.dataclass(frozen=True)
class ClipSpec:
    """The size of a clip: frames (T), height and width in pixels, and colour channels."""

    frames: int
    height: int
    width: int
    channels: int = 3

    @property
    def shape(self):
        """`(T, H, W, C)`."""
        return (self.frames, self.height, self.width, self.channels)

    def __str__(self):
        return f"{self.frames}x{self.height}x{self.width}"


def to_float(video):
    """Scales uint8 pixels of any shape to float32 in [-1, 1]; NumPy arrays and tensors alike."""
    if isinstance(video, np.ndarray):
        return video.astype("float32") / 127.5 - 1.0
    import tensorflow as tf  # Workers that only decode must stay free of it.

    return tf.cast(video, tf.float32) / 127.5 - 1.0


def to_levels(video):
    """Scales pixels in [-1, 1] to grey levels from 0 to 255, without rounding."""
    return (video + 1.0) * 127.5


def to_uint8(video):
    """Rounds pixels in [-1, 1], of any shape, to uint8; NumPy arrays and tensors alike."""
    if isinstance(video, np.ndarray):
        return (video.clip(-1.0, 1.0) * 127.5 + 128.0).astype("uint8")
    import tensorflow as tf

    video = tf.clip_by_value(tf.cast(video, tf.float32), -1.0, 1.0)
    return tf.cast(video * 127.5 + 128.0, tf.uint8)


class Batch(typing.NamedTuple):
    """What a step is given: real clips and what goes with them.

    Attributes:
      video: float32 [B, T, H, W, C] in [-1, 1].
      condition: float32 [B, T, H, W, K], the given frames and their mask; K = 0: nothing is given.
      label: int32 [B], zeros where there are no classes.
      flow: float32 [B, T-1, H, W, 2] of the real clips, or None.
      visible: bool [B, T-1, H, W], where that flow can be followed, or None.
      source: float32 [B, T, H, W, C] in [-1, 1], the clips beside these where the data are pairs;
        otherwise of 0 channels, or None.
    """

    video: typing.Any
    condition: typing.Any
    label: typing.Any
    flow: typing.Any = None
    visible: typing.Any = None
    source: typing.Any = None


class Seen(typing.NamedTuple):
    """What critics may look at.

    Attributes:
      video: float32 [B, T, H, W, C].
      flow: float32 [B, n, H, W, 2], (dx, dy) in pixels, of the pairs of frames that a critic looks
        at, where it is known, else None.
    """

    video: typing.Any
    flow: typing.Any = None
