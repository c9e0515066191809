"""Drawing videos from a trained model, the same ones whatever asks for them."""

import hashlib
import html
import typing

import numpy as np
import tensorflow as tf

from vgan.core.clip import to_float
from vgan.core.errors import UsageError
from vgan.media.player import Player
from vgan.sampling import graphs
from vgan.sampling.moving import Moving, joined
from vgan.tasks import given

SHOWN = 8
"""How many videos of a model a notebook plays."""

SEED_LIMIT = 2**59


class Functions(typing.NamedTuple):
    """What a Model is made of.

    Attributes:
      draw: (seed, first, number, label) -> uint8 [number, T, H, W, C].
      complete: (pixels, kinds, seed, samples, labels) -> uint8 [N, T, H, W, C].
      decode: (latents float32 [graphs.CHUNK, ...], label) -> uint8 [graphs.CHUNK, T, H, W, C].
      latent_shape: of one clip's latents; None of a model that makes no clips of noise alone.
    """

    draw: typing.Callable
    complete: typing.Callable
    decode: typing.Callable | None = None
    latent_shape: tuple | None = None


def live(sampler, card):
    """The Model of a live models.synthesizer.Sampler, by its card.Card."""
    moving = _functions(sampler, card, with_motion=True) if sampler.knows_motion else None
    weights = sampler.sampling_networks
    return Model(card, _functions(sampler, card), moving, lambda: digest(weights))


def digest(networks):
    """A text that tells trained networks from others."""
    found = hashlib.sha256()
    for network in networks:
        for weight in network.get_weights():
            found.update(np.ascontiguousarray(weight).tobytes())
    return found.hexdigest()[:16]


def _functions(sampler, card, with_motion=False):
    clip = card.clip
    numbers = [tf.TensorSpec([], tf.int64)] * 3 + [tf.TensorSpec([], tf.int32)]

    @tf.function(input_signature=numbers, autograph=False)
    def draw(seed, first, number, label):
        return graphs.video_range(sampler, card, seed, first, number, label, with_motion)

    shapes = [[None, *clip.shape], [None, *clip.shape[:3], 1]]
    signature = [tf.TensorSpec(shape, tf.uint8) for shape in shapes]
    signature += [tf.TensorSpec([], tf.int64)]
    signature += [tf.TensorSpec([None], dtype) for dtype in (tf.int64, tf.int32)]

    @tf.function(input_signature=signature, autograph=False)
    def complete(pixels, kinds, seed, samples, labels):
        given = pixels, kinds, seed, samples, labels
        return graphs.completed(sampler, card, *given, with_motion)

    if card.task.needs_given:
        return Functions(draw, complete)
    latents = tf.TensorSpec([graphs.CHUNK, *sampler.latent_shape], tf.float32)

    @tf.function(input_signature=[latents, tf.TensorSpec([], tf.int32)], autograph=False)
    def decode(latents, label):
        return graphs.decode(sampler, card, latents, tf.fill([graphs.CHUNK], label))

    return Functions(draw, complete, decode, tuple(sampler.latent_shape))


class Model:
    """A trained model to draw videos from, or to complete them with.

    Args:
      card: card.Card.
      functions: Functions that give videos.
      moving: Functions that give tuples of videos, flow and masks; None where motion isn't known.
      digest: () -> the digest of its weights as they are, or "" where it isn't known.
    Attributes:
      clip, fps, labels, task: those of the card.
      latent_shape: of a clip's latents; None of a model that makes no clips of noise alone.
      name, data: the card's `model` and `data`.
    """

    def __init__(self, card, functions, moving=None, digest=lambda: ""):
        self._functions, self._moving, self._digest = functions, moving, digest
        self.name, self.data = card.model, card.data
        self.clip, self.fps, self.task = card.clip, card.fps, card.task
        self.labels, self.latent_shape = tuple(card.labels), functions.latent_shape

    @property
    def digest(self):
        """That of its weights as they are."""
        return self._digest()

    def _repr_html_(self):
        """What a notebook shows: videos of seed 0, or what can be made."""
        if self.task.needs_given:
            return html.escape(f"a model of {self.clip} trained with --task={self.task.text}")
        return Player(self.sample(SHOWN), self.fps)._repr_html_()

    def sample(self, num_videos, seed=0, label=None, with_motion=False):
        """Draws videos; video i of a seed is the same whatever their number.

        Args:
          num_videos: how many.
          seed: int of at least 0 and below 2**59.
          label: name or number of a class; None deals the classes out in turn.
          with_motion: give the generator's own flow and masks as well.
        Returns:
          uint8 [num_videos, T, H, W, C], RGB; with motion a Moving.
        Raises:
          UsageError: no such label, a number out of range, a task that needs given frames, or a
            generator that doesn't know how its videos move.
        """
        chunks = list(self.stream(num_videos, seed, label, with_motion))
        return joined(chunks) if with_motion else np.concatenate(chunks)

    def complete(self, pixels, kinds, seed=0, samples=None, labels=None, with_motion=False):
        """Makes videos of given frames.

        Args:
          pixels: uint8 [N, T, H, W, C], RGB.
          kinds: uint8 [N, T, H, W, 1]: given.HIDDEN, KNOWN or HINT.
          seed: int of the latents.
          samples: int [N], whose latents of the seed each video has; None for 0 to N - 1.
          labels: int [N], numbers of classes; None for the first one.
          with_motion: give the generator's own flow and masks as well.
        Returns:
          uint8 [N, T, H, W, C]; known pixels are as they were; with motion a Moving.
        Raises:
          UsageError: a model that makes videos from noise alone, or that doesn't know how they
            move.
        """
        if not self.task.shows:
            raise UsageError("this model was trained with --task=generation: nothing can be given")
        check_seed(seed)
        samples = np.int64(np.arange(len(pixels)) if samples is None else samples)
        labels = np.int32(np.zeros(len(pixels)) if labels is None else labels)
        chunks = (
            slice(first, first + graphs.CHUNK) for first in range(0, len(pixels), graphs.CHUNK)
        )
        complete = self._chosen(with_motion).complete
        found = [
            complete(pixels[c], kinds[c], np.int64(seed), samples[c], labels[c]) for c in chunks
        ]
        return joined(found) if with_motion else np.concatenate(found)

    def decode(self, latents, label=None):
        """The videos of latents, such as `latent_walk.of_seed` gives.

        Args:
          latents: float32 [N, *latent_shape].
          label: name or number of the class of all, needed where there are classes, else 0.
        Returns:
          uint8 [N, T, H, W, C].
        Raises:
          UsageError: no such label, latents of another shape, or a model that needs given frames.
        """
        self.check_made_of_noise()
        latents = np.asarray(latents, np.float32)
        if not len(latents) or latents.shape[1:] != self.latent_shape:
            raise UsageError(
                f"latents: {list(latents.shape)}, this model's are {['N', *self.latent_shape]}"
            )
        label = self.needed_label(label) if self.labels or label else 0
        missing = -len(latents) % graphs.CHUNK
        # All are computed in chunks of one size, so that a video doesn't depend on their number.
        filled = np.concatenate([latents, np.repeat(latents[-1:], missing, axis=0)])
        chunks = filled.reshape(-1, graphs.CHUNK, *self.latent_shape)
        decode = self._functions.decode
        made = [np.asarray(decode(chunk, np.int32(label))) for chunk in chunks]
        return np.concatenate(made)[: len(latents)]

    def check_made_of_noise(self):
        """Raises UsageError for a model that makes no videos of latents alone."""
        if self.task.needs_given:
            raise UsageError(
                f"this model was trained with --task={self.task.text}: it makes videos of given "
                "ones, not from noise. Give them, by --input"
            )

    def show(self, videos, seed=0, samples=None, source=None):
        """What the task shows of real videos uint8 [N, T, H, W, C]: pixels and kinds.

        Args:
          seed, samples: what is random in it is drawn from, as in `complete`.
          source: uint8 [N, T, H, W, C], the videos beside these where the data are pairs.
        """
        samples = np.int64(np.arange(len(videos)) if samples is None else samples)
        source = None if source is None else to_float(tf.constant(source))
        return given.to_rest(self.task(to_float(tf.constant(videos)), seed, samples, source))

    def asked(self, labels, seed=0, samples=None):
        """The classes that clips of some are to become: others, where the task is to relabel."""
        if not self.task.relabels:
            return labels
        samples = np.int64(np.arange(len(labels)) if samples is None else samples)
        return given.other_labels(labels, len(self.labels), seed, samples)

    def stream(self, num_videos, seed=0, label=None, with_motion=False):
        """An iterator over what `sample` gives, a few videos at a time, in constant memory."""
        self.check_made_of_noise()
        if num_videos < 1:
            raise UsageError(f"num_videos={num_videos}: need at least one video")
        check_seed(seed)
        number, draw = self.label_number(label), self._chosen(with_motion).draw

        def chunk(first):
            def kept(of):
                return np.asarray(of)[: num_videos - first]

            found = draw(seed, first, graphs.CHUNK, number)
            return Moving(*map(kept, found)) if with_motion else kept(found)

        return (chunk(first) for first in range(0, num_videos, graphs.CHUNK))

    def _chosen(self, with_motion):
        if with_motion and self._moving is None:
            raise UsageError(
                "with_motion: this model doesn't know how its videos move. Train a generator that "
                "does, such as --generator=layered"
            )
        return self._moving if with_motion else self._functions

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
    if not 0 <= seed < SEED_LIMIT:
        raise UsageError(f"seed={seed}: must be at least 0 and below {SEED_LIMIT}")
