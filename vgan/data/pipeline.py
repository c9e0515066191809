"""Batches of windows in an order that needs no state: a resume needs only the step."""

import numpy as np
import tensorflow as tf

from vgan import spec
from vgan.clip import to_float
from vgan.data.augment import Augment
from vgan.errors import UsageError
from vgan.given import parted
from vgan.motion.compensation import estimate_flow


def open_windows(text, clip, frame_step, split):
    """Opens what `--data` names: a spec string of embedded data, or a prepared folder.

    Args:
      text: e.g. `shapes(objects=2)`, or the path of a folder.
      clip: ClipSpec of the windows.
      frame_step: each so many frames of a video one is taken.
      split: "train" or "test".
    Returns:
      a sequence of (video uint8 [T, H, W, C], label int), with `labels`, `fps`, `fingerprint`.
    Raises:
      UsageError, DataError: there is no such data, or it doesn't fit.
    """
    given = {"clip": clip, "frame_step": frame_step, "split": split}
    embedded = spec.names("vgan.data.{}.windows")
    if text.split("(")[0].strip() in embedded and not tf.io.gfile.isdir(text):
        return spec.build(spec.parse(text), "vgan.data.{}.windows", **given)
    if "(" in text and text.rstrip().endswith(")") and not tf.io.gfile.exists(text):
        raise UsageError(
            f"--data={text}: no embedded data of this name. "
            f"Known: {', '.join(embedded)}; or give a prepared folder"
        )
    folder = spec.Spec("folder", {"path": text})
    return spec.build(folder, "vgan.data.{}.windows", **given)


def joined(windows, index):
    """A window as a task sees it: where the data are pairs, with its source beside it.

    Returns:
      uint8 [T, H, W, C], or [T, H, W, 2 C] for pairs; label int.
    """
    return (windows.joined if hasattr(windows, "joined") else windows.__getitem__)(int(index))


def batches(windows, batch_size, seed, first_sample=0, augment="", estimate=None):
    """An endless tf.data.Dataset of shuffled batches.

    Sample i of all time is window `index_shuffle(i mod N)`, shuffled anew for each pass. Nothing
    is skipped, no batch is partial, and N may be smaller than a batch.

    Args:
      windows: a sequence of (video uint8 [T, H, W, C], label int).
      batch_size: clips a batch.
      seed: of the order and of the changes.
      first_sample: where to go on: step * batch_size.
      augment: text of the changes of augment.Augment; some need windows with `frames`, `extent`.
      estimate: an estimator of vgan.motion.estimators, for the flow of each clip, or None.
    Returns:
      a dataset of video uint8 [B, T, H, W, C or 2 C], see `joined`, label int32 [B], sample number
      int64 [B]; with an estimator also flow float32 [B, T-1, H, W, 2] and where it can be followed,
      bool [B, T-1, H, W].
    """
    number = len(windows)
    shape = joined(windows, 0)[0].shape
    change = Augment(augment, seed)

    def order(sample):
        key = tf.stack([tf.cast(seed, tf.int64), sample // number])
        return tf.random.experimental.index_shuffle(sample % number, key, number - 1)

    def window(index, *draws):
        if draws:
            times = np.arange(windows.clip.frames) * windows.frame_step
            offsets = change.offsets(*draws, times, windows.extent(index))
            video, label = windows.frames(index, offsets)
        else:
            video, label = joined(windows, index)
        return video, np.int32(label)

    def read(sample):
        given = [order(sample)]
        if change.moves:
            given.append(change.draws(sample[None])[0])
        video, label = tf.numpy_function(window, given, [tf.uint8, tf.int32])
        return tf.ensure_shape(video, shape), tf.ensure_shape(label, []), sample

    data = tf.data.Dataset.counter(first_sample, dtype=tf.int64)
    data = data.map(read, num_parallel_calls=2, deterministic=True).batch(batch_size, True)
    if augment:
        data = data.map(lambda video, label, samples: (change(video, samples), label, samples))
    if estimate is not None:
        data = data.map(lambda video, *rest: (video, *rest, *_flow(parted(video)[0], estimate)))
    return data.prefetch(2)


def _flow(video, estimate):
    shape = video.shape
    first, second = (
        tf.reshape(to_float(frames), [-1, *shape[2:]]) for frames in (video[:, :-1], video[:, 1:])
    )
    flow, visible = estimate_flow(estimate, first, second)
    pairs = [shape[0], shape[1] - 1, *shape[2:4]]
    return tf.reshape(flow, [*pairs, 2]), tf.reshape(visible, pairs)
