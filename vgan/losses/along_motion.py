"""Losses of clips made of other clips, whose motion they are to keep; see `kinds`."""

import tensorflow as tf

from vgan.core import randomness
from vgan.core.errors import UsageError
from vgan.motion.compensation import charbonnier, estimate_flow
from vgan.motion.warp import warp

_COARSE = 3
"""Numbers each way of which a smooth field of flow is drawn."""


class Commuting:
    """How far moving what is given, then making, is from making, then moving.

    Args:
      reach: deviation of the field's flow in pixels.
    """

    def __init__(self, reach):
        self._reach = reach

    def __call__(self, video, batch, seed, samples, remake):
        shape, condition = video.shape, batch.condition
        flow = smooth_flow(seed, samples, shape[2:4], self._reach)
        inside = _inside(flow)[:, None]
        moved = tf.concat([_moved(condition[..., :-1], flow), condition[..., -1:]], -1)
        off = charbonnier(_moved(video, flow) - tf.cast(remake(moved), tf.float32))
        return _mean(inside * off)


class SourceMotion:
    """The warp error of made clips along the flow of what they are made of, where that holds.

    Args:
      estimate: an estimator of vgan.motion.estimators.
      alpha: as of kinds.aligned_motion.
      pairs: random pairs of neighbouring frames that are looked at, per clip.
    """

    def __init__(self, estimate, alpha, pairs):
        self._estimate, self._alpha, self._pairs = estimate, alpha, pairs

    def __call__(self, video, batch, seed, samples):
        steps = video.shape[1] - 1
        if steps < 1:
            raise UsageError("--losses=source_motion: --frames=1 has no motion. Use 2 or more")
        draws = randomness.uniform(seed, randomness.PAIRS, samples, [self._pairs])
        positions = tf.minimum(tf.cast(draws * steps, tf.int32), steps - 1)

        def both(clips):
            shape = [-1, *clips.shape[2:]]
            pair = (tf.gather(clips, positions + later, batch_dims=1) for later in (0, 1))
            return [tf.reshape(frames, shape) for frames in pair]

        first, second = both(batch.condition[..., :-1])
        flow, visible = estimate_flow(self._estimate, first, second)
        trust = tf.exp(-self._alpha * tf.reduce_sum(tf.square(first - warp(second, flow)), -1))
        trust = (tf.cast(visible, tf.float32) * trust)[..., None]
        first, second = both(tf.cast(video, tf.float32))
        found = _mean(trust * charbonnier(first - warp(second, flow)))
        return tf.reduce_mean(tf.reshape(found, [-1, self._pairs]), 1)


def smooth_flow(seed, samples, size, reach):
    """A smooth random field of flow for each clip, float32 [B, H, W, 2] in pixels.

    Args:
      samples: int64 [B]; size: (H, W); reach: deviation of its coarse numbers.
    """
    coarse = randomness.normal(seed, randomness.FIELDS, samples, [_COARSE, _COARSE, 2])
    return tf.image.resize(reach * coarse, size, "bicubic")


def _moved(video, flow):
    """All frames of clips looked up along one field a clip."""
    frames = video.shape[1]
    flat = tf.reshape(video, [-1, *video.shape[2:]])
    return tf.reshape(warp(flat, tf.repeat(flow, frames, 0)), tf.shape(video))


def _inside(flow):
    """Where a field leads to a place inside of the picture: float32 [B, H, W, 1]."""
    found = True
    for axis, size in ((0, flow.shape[2]), (1, flow.shape[1])):
        steps = tf.range(size, dtype=tf.float32)
        place = flow[..., axis] + (steps if axis == 0 else steps[:, None])
        found &= (place >= 0) & (place <= size - 1)
    return tf.cast(found, tf.float32)[..., None]


def _mean(values):
    return tf.reduce_mean(values, list(range(1, values.shape.rank)))
