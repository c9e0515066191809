"""GAN inversion: the latents by which a trained generator makes a clip that it is given.

Source: Zhu et al., "Generative Visual Manipulation on the Natural Image Manifold", 2016, eq. 3,
for the search; Yeh et al., "Semantic Image Inpainting with Deep Generative Models", 2017, eq. 3
and 4, for the two things that are minimised: the distance to the clip, and how implausible it is.
"""

import itertools
import typing

import keras
import numpy as np
import tensorflow as tf

from vgan.core import randomness
from vgan.core.clip import to_float, to_uint8
from vgan.core.errors import DataError
from vgan.media.source import is_picture, open_video
from vgan.sampling import graphs
from vgan.sampling.model import check_seed
from vgan.treatments import crop, frame_rate, resize

CANDIDATES = 4
"""From how many starts at once the search goes down: many latents lead nowhere."""

DRAWS = 128
RATE = 0.05


class Found(typing.NamedTuple):
    """Latents of a clip.

    Attributes:
      latents: float32, of the generator's latent shape.
      video: uint8 [T, H, W, C], what it makes of them.
      error, first_error: mean absolute difference from the clip, grey levels: now, and at the
        best of the latents that the search began with, random ones or an encoder's.
    """

    latents: np.ndarray
    video: np.ndarray
    error: float
    first_error: float


def read_clip(path, clip, fps):
    """The first frames of a file as a model's clips are: centre cut, resized, at its rate.

    Args:
      path: a video; or a picture, whose clip stands still.
      clip: ClipSpec.
      fps: frames per second.
    Returns:
      uint8 [T, H, W, 3].
    Raises:
      DataError: it can't be read, or is too short.
    """
    still = is_picture(path)
    frames = frames_like(path, clip, None if still else fps)
    frames = list(itertools.islice(frames, clip.frames)) * (clip.frames if still else 1)
    if len(frames) < clip.frames:
        raise DataError(
            f"video {str(path)!r}: has {len(frames)} frames at {fps:g} a second, the model's "
            f"clips have {clip.frames}. Give a longer one"
        )
    return np.stack(frames)


def frames_like(path, clip, fps):
    """All frames of a file, uint8 [H, W, 3]; arguments as of `read_clip`, None for its own rate."""
    source = open_video(path)
    height, width = source.size
    high = max(1, min(height, round(width * clip.height / clip.width)))
    wide = max(1, min(width, round(height * clip.width / clip.height)))
    treatments = [crop.treatment(high, wide), resize.treatment(clip.height, clip.width)]
    frames, rate = source, source.fps
    for treat in treatments if fps is None else [*treatments, frame_rate.treatment(fps)]:
        frames, rate = treat(frames, rate)
    return frames


def invert(run, video, label=0, steps=300, realism=0.02, seed=0, progress=iter):
    """Searches for the latents of a clip by gradient descent, from an encoder's where there is one.

    Args:
      run: what trained.restore_one gives.
      video: uint8 [T, H, W, C].
      label: int, its class.
      steps: of the search; 0 for the best of what it begins with.
      realism: weight of what training has against a clip, beside the mean absolute difference in
        [-1, 1].
      seed: of the random latents that it begins with.
      progress: wraps the iterable of steps.
    Returns:
      Found.
    Raises:
      UsageError: a seed out of range.
    """
    check_seed(seed)
    search = _Search(run, video, label, realism, seed)
    first = float(tf.reduce_min(search.errors()))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, max(1, steps)))
    optimizer.build([search.latents])
    step = tf.function(search.gradient, autograph=False)
    for number in progress(range(steps)):
        optimizer.apply([step(tf.constant(number, tf.int64))], [search.latents])
        search.stay_likely()
    errors = search.errors()
    best = int(tf.argmin(errors))
    made = to_uint8(search.made()[best]).numpy()
    return Found(search.latents[best].numpy(), made, 127.5 * float(errors[best]), 127.5 * first)


def encoded(run, video, label=0):
    """The latents that a model which encodes finds in a clip, without a search.

    Args:
      run: what trained.restore_one gives, of a model that encodes.
      video: uint8 [T, H, W, C]; label: int, its class.
    Returns:
      float32, of the latent shape.
    """
    video = to_float(tf.constant(video))[None]
    return graphs.latents_of(run.model, run.card, video, tf.constant([label]))[0].numpy()


class _Search:
    """The candidates for the latents of one clip, and what they cost."""

    def __init__(self, run, video, label, realism, seed):
        self._model, model = run.model, run.model
        self._realism, self._seed = realism, seed
        self._target = to_float(tf.constant(video))[None]
        self._labels = tf.fill([CANDIDATES], label)
        self._nothing = graphs.nothing_given(run.card, CANDIDATES)
        self.latents = tf.Variable(tf.zeros([CANDIDATES, *model.latent_shape]))
        self.latents.assign(self._nearest())
        if model.encodes:
            likeliest = encoded(run, video, label)
            self.latents.assign(tf.concat([likeliest[None], self.latents[:-1]], 0))

    def _nearest(self):
        samples = tf.range(DRAWS, dtype=tf.int64)
        shape = self._model.latent_shape
        draws = randomness.normal(self._seed, randomness.SAMPLING, samples, shape)
        errors = []
        for first in range(0, DRAWS, CANDIDATES):
            self.latents.assign(draws[first : first + CANDIDATES])
            errors.append(self.errors())
        return tf.gather(draws, tf.argsort(tf.concat(errors, 0))[:CANDIDATES])

    def made(self):
        """The clips of the candidates, float32 [CANDIDATES, T, H, W, C]."""
        return tf.cast(
            graphs.pixels_of(self._model, self.latents, self._nothing, self._labels), tf.float32
        )

    def errors(self):
        """Mean absolute differences from the clip, float32 [CANDIDATES]."""
        return self._distance(self.made())

    def _distance(self, made):
        return tf.reduce_mean(tf.abs(made - self._target), [1, 2, 3, 4])

    def gradient(self, number):
        """Of what all candidates cost, to their latents; draws change with the step."""
        with tf.GradientTape() as tape:
            made = self.made()
            cost = self._distance(made) + self._realism * self._doubt(made, number)
        return tape.gradient(cost, self.latents)

    def _doubt(self, made, number):
        """What training has against the candidates, float32 [CANDIDATES]."""
        samples = number * CANDIDATES + tf.range(CANDIDATES, dtype=tf.int64)
        real, codec = tf.repeat(self._target, CANDIDATES, 0), self._model.codec
        seen = codec.encode(made), codec.encode(real), codec.shown(self._nothing)
        return self._model.implausibility(*seen, self._labels, self._seed, samples)

    def stay_likely(self):
        """Brings latents back that are longer than normal numbers are on average."""
        axes = list(range(1, len(self.latents.shape)))
        length = tf.sqrt(tf.reduce_mean(tf.square(self.latents), axes, keepdims=True))
        self.latents.assign(self.latents / tf.maximum(length, 1.0))
