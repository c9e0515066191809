"""Batches of windows in an order that needs no state: a resume needs only the step."""

import typing

import numpy as np
import tensorflow as tf

from vgan.core.clip import to_float
from vgan.data.augment import Augment
from vgan.data.opening import at, beside
from vgan.data.unpaired import is_unpaired
from vgan.motion.compensation import estimate_flow

_OTHERS = 2**40
"""What is added to a pass's number for the order of sources of their own."""


class Clips(typing.NamedTuple):
    """A batch as it comes from the data.

    Attributes:
      video: uint8 [B, T, H, W, C].
      source: uint8 [B, T, H, W, C], the clips beside these; of 0 channels where data are no pairs.
      label: int32 [B].
      samples: int64 [B], global sample numbers.
      flow: float32 [B, T-1, H, W, 2] of the clips, or None where it isn't estimated.
      visible: bool [B, T-1, H, W], where that flow can be followed, or None.
    """

    video: tf.Tensor
    source: tf.Tensor
    label: tf.Tensor
    samples: tf.Tensor
    flow: tf.Tensor | None = None
    visible: tf.Tensor | None = None


def batches(windows, batch_size, seed, first_sample=0, augment="", estimate=None, share=(0, 1)):
    """An endless tf.data.Dataset of shuffled batches.

    Sample i of all time is window `index_shuffle(i mod N)`, shuffled anew for each pass. Nothing
    is skipped, no batch is partial, and N may be smaller than a batch. Sources that need not fit
    come in an order of their own.

    Args:
      windows: a sequence of (video uint8 [T, H, W, C], label int).
      batch_size: clips a batch.
      seed: of the order and of the changes.
      first_sample: where to go on: step * batch_size.
      augment: text of the changes of augment.Augment; some need windows with `frames`, `extent`.
      estimate: an estimator of vgan.motion.estimators, for the flow of each clip, or None.
      share: (number, of) of equal parts of each batch, to which alone it is cut.
    Returns:
      a dataset of Clips.
    """
    number = len(windows)
    shapes = [part.shape for part in beside(windows, 0)[:2]]
    change, free = Augment(augment, seed), is_unpaired(windows)

    def order(sample, number, side=0):
        key = tf.stack([tf.cast(seed, tf.int64), sample // number + side])
        return tf.random.experimental.index_shuffle(sample % number, key, number - 1)

    def offsets(of, index, draws):
        if not draws:
            return None
        times = np.arange(windows.clip.frames) * windows.frame_step
        return change.offsets(*draws, times, of.extent(index))

    def window(index, other, *draws):
        video, source, label = beside(windows, index, offsets(windows, index, draws))
        if free:
            source, _ = at(windows.source, other, offsets(windows.source, other, draws))
        return video, source, np.int32(label)

    part, parts = share
    size = batch_size // parts

    def read(place):
        sample = first_sample + place // size * batch_size + part * size + place % size
        given = [order(sample, number)]
        given.append(order(sample, len(windows.source), _OTHERS) if free else given[0])
        if change.moves:
            given.append(change.draws(sample[None])[0])
        *videos, label = tf.numpy_function(window, given, [tf.uint8, tf.uint8, tf.int32])
        video, source = map(tf.ensure_shape, videos, shapes)
        return Clips(video, source, tf.ensure_shape(label, []), sample)

    as_it_is = tf.autograph.experimental.do_not_convert  # There is no branch to be found.
    data = tf.data.Dataset.counter(dtype=tf.int64)
    data = data.map(as_it_is(read), num_parallel_calls=2, deterministic=True)
    data = data.batch(size, drop_remainder=True)
    if augment:
        data = data.map(as_it_is(lambda clips: _changed(clips, change)))
    if estimate is not None:
        data = data.map(as_it_is(lambda clips: _with_flow(clips, estimate)))
    return data.prefetch(2)


def _changed(clips, change):
    """Clips whose videos and sources are changed alike."""
    if not clips.source.shape[-1]:
        return clips._replace(video=change(clips.video, clips.samples))
    both = change(tf.concat([clips.video, clips.source], -1), clips.samples)
    video, source = tf.split(both, 2, -1)
    return clips._replace(video=video, source=source)


def _with_flow(clips, estimate):
    video, shape = clips.video, clips.video.shape
    first, second = (
        tf.reshape(to_float(frames), [-1, *shape[2:]]) for frames in (video[:, :-1], video[:, 1:])
    )
    flow, visible = estimate_flow(estimate, first, second)
    pairs = [shape[0], shape[1] - 1, *shape[2:4]]
    flow, visible = tf.reshape(flow, [*pairs, 2]), tf.reshape(visible, pairs)
    return clips._replace(flow=flow, visible=visible)
