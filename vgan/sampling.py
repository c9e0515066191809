"""Drawing videos from a trained model, the same ones whatever asks for them."""

import numpy as np
import tensorflow as tf

from vgan import randomness
from vgan.clip import to_uint8
from vgan.errors import UsageError

CHUNK = 8
"""Videos are always computed so many at a time: another batch size rounds differently."""

_SEED_LIMIT = 2**59


def video_range(synthesizer, clip, num_labels, seed, first, number, label):
    """Videos `first` to `first + number - 1` of a seed, as a graph.

    Args:
      synthesizer: a models.synthesizer.Synthesizer.
      clip: ClipSpec of its videos.
      num_labels: number of classes it knows, 0 for none.
      seed, first, number: int64 scalars.
      label: int32 scalar, the class of all videos; -1 deals the classes out in turn.
    Returns:
      uint8 [number, T, H, W, C].
    """
    chunks = tf.range(first // CHUNK, (first + number + CHUNK - 1) // CHUNK)

    def chunk(position):
        samples = position * CHUNK + tf.range(CHUNK, dtype=tf.int64)
        latents = randomness.normal(seed, randomness.SAMPLING, samples, synthesizer.latent_shape)
        turns = tf.cast(samples % max(num_labels, 1), tf.int32)
        labels = tf.where(label < 0, turns, tf.fill([CHUNK], label))
        return decode(synthesizer, clip, latents, labels)

    videos = tf.map_fn(
        chunk, chunks, fn_output_signature=tf.TensorSpec([CHUNK, *clip.shape], tf.uint8)
    )
    skipped = first % CHUNK
    return tf.reshape(videos, [-1, *clip.shape])[skipped : skipped + number]


def decode(synthesizer, clip, latents, labels):
    """Videos uint8 [N, T, H, W, C] of latents float32 [N, ...] and labels int32 [N]."""
    nothing = tf.zeros([tf.shape(latents)[0], *clip.shape[:3], 0])
    return to_uint8(synthesizer.sample(latents, nothing, labels))


def drawer(synthesizer, clip, num_labels):
    """The compiled function (seed, first, number, label) -> videos of a live synthesizer."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64)] * 3 + [tf.TensorSpec([], tf.int32)])
    def draw(seed, first, number, label):
        return video_range(synthesizer, clip, num_labels, seed, first, number, label)

    return draw


class Model:
    """A trained model to draw videos from.

    Args:
      draw: (seed, first, number, label) -> uint8 [number, T, H, W, C].
      clip: ClipSpec of its videos.
      fps: frames a second they are meant to be shown at.
      labels: names of the classes, empty where there are none.
    """

    def __init__(self, draw, clip, fps, labels):
        self._draw = draw
        self.clip, self.fps, self.labels = clip, fps, tuple(labels)

    def sample(self, num_videos, seed=0, label=None):
        """Draws videos; video i of a seed is the same whatever their number.

        Args:
          num_videos: how many.
          seed: int of at least 0 and below 2**59.
          label: name or number of a class; None deals the classes out in turn.
        Returns:
          uint8 [num_videos, T, H, W, C], RGB.
        Raises:
          UsageError: no such label, or a number out of range.
        """
        return np.concatenate(list(self.stream(num_videos, seed, label)))

    def stream(self, num_videos, seed=0, label=None):
        """An iterator over the videos of `sample`, a few at a time, in constant memory."""
        if num_videos < 1 or not 0 <= seed < _SEED_LIMIT:
            raise UsageError(
                f"num_videos={num_videos}, seed={seed}: need at least one video and a seed "
                f"of at least 0 and below {_SEED_LIMIT}"
            )
        number = self._label_number(label)
        return (
            np.asarray(self._draw(seed, first, CHUNK, number))[: num_videos - first]
            for first in range(0, num_videos, CHUNK)
        )

    def _label_number(self, label):
        if label is None:
            return -1
        if not self.labels:
            raise UsageError(
                f"label {label!r}: this model knows no classes. Train it with --conditional"
            )
        if label in self.labels:
            return self.labels.index(label)
        if str(label).isdecimal() and int(label) < len(self.labels):
            return int(label)
        raise UsageError(f"label {label!r}: unknown. Choose one of {', '.join(self.labels)}")
