"""A video painted in the style of a picture, frame by frame, each begun with the one before, moved.

Source: Gatys et al., "Image Style Transfer Using Convolutional Neural Networks", 2016, for the
search; Ruder et al., "Artistic Style Transfer for Videos", 2016, sections 3 and 4, for how a frame
begins and for what it costs to differ from the one before where that is still seen.
"""

import math
import typing

import keras
import numpy as np
import tensorflow as tf

from vgan.core.clip import to_float, to_uint8
from vgan.metrics.style import content
from vgan.motion import occlusion
from vgan.motion.remap import backward

RATE = 0.02
"""Of Adam, at the first step of a frame; it falls to 0 at the last one."""

STILL = 0.05
"""Shorter flow, in pixels, is an estimate's noise, along which strokes would blur and drift."""

LEVELS = 4
"""What is added to a frame is a sum of so many pictures, each half the size of the one before, so
that broad strokes are found as fast as fine ones."""


class Wish(typing.NamedTuple):
    """What is minimised: weights of style, content, and of what differs from the frame before.

    Attributes:
      style, content: of the terms of metrics.style, shares.
      motion: of the mean squared difference from the frame before, moved, where that is seen.
      first, further: steps of the search for a frame by itself, and for one that follows another.
    """

    style: float = 1.0
    content: float = 0.05
    motion: float = 1000.0
    first: int = 150
    further: int = 20


class Painter:
    """Paints frames of one size, one after another.

    Args:
      features: of vgan.networks, a function of pictures -> a list of features.
      style: metrics.style.Style.
      size: (H, W).
      estimate: an estimator of vgan.motion.estimators; None to paint each frame by itself.
      wish: Wish.
    """

    def __init__(self, features, style, size, estimate, wish):
        self._features, self._style, self._estimate = features, style, estimate
        self._wish = wish
        self._size = size
        self._added = [
            tf.Variable(tf.zeros([1, *(math.ceil(side / 2**level) for side in size), 3]))
            for level in range(LEVELS)
        ]
        # Its moments are emptied for each frame; an optimizer of its own would be traced anew.
        self._optimizer = keras.optimizers.Adam(beta_1=0.9, beta_2=0.99)
        self._optimizer.build(self._added)
        self._step = tf.function(self._gradient, autograph=False)

    def __call__(self, frames):
        """Yields painted frames uint8 [H, W, 3] of frames uint8 [H, W, 3]."""
        before = painted = None
        for frame in frames:
            wanted = to_float(frame)[None]
            alone = before is None or self._estimate is None
            if alone:
                beginning, seen = wanted, np.zeros((*wanted.shape[:3], 1), np.float32)
            else:
                beginning, seen = self._moved(painted, wanted, frame[None], before)
            painted = self._found(wanted, beginning, seen, alone)
            before = frame[None]
            yield to_uint8(painted)[0]

    def _moved(self, painted, wanted, frame, before):
        """The last painted frame where this one shows the same, the frame itself elsewhere."""
        flow = self._estimate(frame, before)
        flow = flow * (np.linalg.norm(flow, axis=-1, keepdims=True) > STILL)
        seen = occlusion.visible(flow, self._estimate(before, frame))[..., None]
        seen = seen.astype(np.float32)
        fresh = _in_colours_of(painted, wanted)
        return seen * backward(painted, flow, "bicubic") + (1 - seen) * fresh, seen

    def _found(self, wanted, beginning, seen, alone):
        for variable in (*self._added, *self._optimizer.variables):
            if variable is not self._optimizer.learning_rate:
                variable.assign(tf.zeros_like(variable))
        about = [tf.constant(of, tf.float32) for of in (wanted, beginning, seen)]
        steps = self._wish.first if alone else self._wish.further
        for step in range(steps):
            self._optimizer.learning_rate.assign(RATE * (1 - step / steps))
            self._optimizer.apply(self._step(*about), self._added)
        return np.clip(self._picture(about[1]).numpy(), -1, 1)

    def _picture(self, beginning):
        enlarged = (tf.image.resize(added, self._size, "bilinear") for added in self._added)
        return beginning + tf.add_n(list(enlarged))

    def _gradient(self, wanted, beginning, seen):
        wish = self._wish
        with tf.GradientTape() as tape:
            picture = self._picture(beginning)
            cost = wish.style * self._style(picture)
            cost += wish.content * content(self._features, picture, wanted)
            off = tf.reduce_mean(seen * tf.square(picture - beginning))
            total = tf.reduce_sum(cost) + wish.motion * off
            # Pixels that leave the range learn to come back.
            total += tf.reduce_mean(tf.square(tf.nn.relu(tf.abs(picture) - 1)))
        return tape.gradient(total, self._added)


def _in_colours_of(painted, frame):
    """A frame whose channels have the means and deviations of a painted one."""
    (mean, deviation), (own_mean, own_deviation) = (
        (of.mean((1, 2)), of.std((1, 2))) for of in (painted, frame)
    )
    return (frame - own_mean) * (deviation / np.maximum(own_deviation, 1e-3)) + mean
