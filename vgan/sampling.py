"""Drawing videos from a trained model, the same ones whatever asks for them."""

import numpy as np
import tensorflow as tf

from vgan import given, randomness
from vgan.clip import to_float, to_uint8
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
    nothing = tf.zeros([tf.shape(latents)[0], *clip.shape[:3], synthesizer.condition_channels])
    return to_uint8(synthesizer.sample(latents, nothing, labels))


def completed(synthesizer, clip, pixels, kinds, seed, samples, labels):
    """Videos that keep and follow what is given, as a graph.

    Args:
      synthesizer, clip: as in video_range.
      pixels, kinds: uint8 [N, T, H, W, C] and [N, T, H, W, 1], as given.from_rest has them.
      seed: int64 scalar; samples: int64 [N], whose latents of the seed each video has.
      labels: int32 [N].
    Returns:
      uint8 [N, T, H, W, C].
    """
    number = tf.shape(pixels)[0]
    missing = -number % CHUNK

    def chunks(values):
        padding = [[0, missing]] + [[0, 0]] * (len(values.shape) - 1)
        return tf.reshape(tf.pad(values, padding), [-1, CHUNK, *values.shape[1:]])

    def chunk(parts):
        pixels, kinds, labels, samples = parts
        latents = randomness.normal(seed, randomness.SAMPLING, samples, synthesizer.latent_shape)
        condition = given.from_rest(pixels, kinds)
        return to_uint8(synthesizer.sample(latents, condition, labels))

    pixels = tf.ensure_shape(pixels, [None, *clip.shape])
    kinds = tf.ensure_shape(kinds, [None, *clip.shape[:3], 1])
    videos = tf.map_fn(
        chunk,
        [chunks(values) for values in (pixels, kinds, labels, samples)],
        fn_output_signature=tf.TensorSpec([CHUNK, *clip.shape], tf.uint8),
    )
    return tf.reshape(videos, [-1, *clip.shape])[:number]


def drawer(synthesizer, clip, num_labels):
    """The compiled function (seed, first, number, label) -> videos of a live synthesizer."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64)] * 3 + [tf.TensorSpec([], tf.int32)])
    def draw(seed, first, number, label):
        return video_range(synthesizer, clip, num_labels, seed, first, number, label)

    return draw


def live(synthesizer, clip, fps, labels, task):
    """The Model of a live synthesizer; arguments as there."""
    draw = drawer(synthesizer, clip, len(labels))
    complete = completer(synthesizer, clip) if task.shows else None
    return Model(draw, clip, fps, labels, task, complete)


def completer(synthesizer, clip):
    """The compiled (pixels, kinds, seed, samples, labels) -> videos of a live synthesizer."""
    shapes = [[None, *clip.shape], [None, *clip.shape[:3], 1]]
    signature = [tf.TensorSpec(shape, tf.uint8) for shape in shapes]
    signature += [tf.TensorSpec([], tf.int64)]
    signature += [tf.TensorSpec([None], dtype) for dtype in (tf.int64, tf.int32)]

    @tf.function(input_signature=signature)
    def complete(pixels, kinds, seed, samples, labels):
        return completed(synthesizer, clip, pixels, kinds, seed, samples, labels)

    return complete


class Model:
    """A trained model to draw videos from, or to complete them with.

    Args:
      draw: (seed, first, number, label) -> uint8 [number, T, H, W, C].
      clip: ClipSpec of its videos.
      fps: frames a second they are meant to be shown at.
      labels: names of the classes, empty where there are none.
      task: given.Task it was trained on.
      complete: (pixels, kinds, seed, samples, labels) -> uint8 [N, T, H, W, C], for a task.
    """

    def __init__(self, draw, clip, fps, labels, task, complete=None):
        self._draw, self._complete = draw, complete
        self.clip, self.fps, self.labels, self.task = clip, fps, tuple(labels), task

    def sample(self, num_videos, seed=0, label=None):
        """Draws videos; video i of a seed is the same whatever their number.

        Args:
          num_videos: how many.
          seed: int of at least 0 and below 2**59.
          label: name or number of a class; None deals the classes out in turn.
        Returns:
          uint8 [num_videos, T, H, W, C], RGB.
        Raises:
          UsageError: no such label, a number out of range, or a task that needs given frames.
        """
        return np.concatenate(list(self.stream(num_videos, seed, label)))

    def complete(self, pixels, kinds, seed=0, samples=None, labels=None):
        """Makes videos of given frames.

        Args:
          pixels: uint8 [N, T, H, W, C], RGB.
          kinds: uint8 [N, T, H, W, 1]: given.HIDDEN, KNOWN or HINT.
          seed: int of the latents.
          samples: int [N], whose latents of the seed each video has; None for 0 to N - 1.
          labels: int [N], numbers of classes; None for the first one.
        Returns:
          uint8 [N, T, H, W, C]; known pixels are as they were.
        Raises:
          UsageError: a model that makes videos from noise alone.
        """
        if self._complete is None:
            raise UsageError("this model was trained with --task=generation: nothing can be given")
        check_seed(seed)
        samples = np.int64(np.arange(len(pixels)) if samples is None else samples)
        labels = np.int32(np.zeros(len(pixels)) if labels is None else labels)
        chunks = (slice(first, first + CHUNK) for first in range(0, len(pixels), CHUNK))
        return np.concatenate(
            [
                self._complete(pixels[c], kinds[c], np.int64(seed), samples[c], labels[c])
                for c in chunks
            ]
        )

    def show(self, videos, seed=0, samples=None):
        """What the task shows of real videos uint8 [N, T, H, W, 3 or 6]: pixels and kinds."""
        samples = np.int64(np.arange(len(videos)) if samples is None else samples)
        return given.to_rest(self.task(to_float(tf.constant(videos)), seed, samples))

    def stream(self, num_videos, seed=0, label=None):
        """An iterator over the videos of `sample`, a few at a time, in constant memory."""
        if self.task.needs_given:
            raise UsageError(
                f"this model was trained with --task={self.task.text}: it makes videos of given "
                "ones, not from noise. Give them"
            )
        if num_videos < 1:
            raise UsageError(f"num_videos={num_videos}: need at least one video")
        check_seed(seed)
        number = self.label_number(label)
        return (
            np.asarray(self._draw(seed, first, CHUNK, number))[: num_videos - first]
            for first in range(0, num_videos, CHUNK)
        )

    def needed_label(self, label):
        """As `label_number`, for one clip: 0 without classes, and with them one must be named."""
        if self.labels and label is None:
            raise UsageError(f"--label: not given, the classes are {', '.join(self.labels)}")
        return max(self.label_number(label), 0)

    def label_number(self, label):
        """The number of a class by its name or number, -1 for None; raises UsageError."""
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


def check_seed(seed):
    """Raises UsageError for a seed below 0 or too large for int64 keys."""
    if not 0 <= seed < _SEED_LIMIT:
        raise UsageError(f"seed={seed}: must be at least 0 and below {_SEED_LIMIT}")
