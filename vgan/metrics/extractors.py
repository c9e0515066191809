"""Features of clips, by which sets of clips are compared.

Each public function here makes a `FeatureExtractor` that needs no download: a fixed random network,
the same on differences of frames, and histograms of flow.
"""

import dataclasses
import hashlib
import typing

import numpy as np
import tensorflow as tf

from vgan.core.clip import to_float
from vgan.core.errors import UsageError
from vgan.motion import estimators

_CHUNK = 16
"""The most clips that are looked at together, to bound the memory."""


@dataclasses.dataclass(frozen=True)
class FeatureExtractor:
    """A function of clips, and all that a score must say about it.

    Attributes:
      name: as in `frechet_<name>`.
      compute: uint8 [N, T, H, W, 3] -> float [N, D].
      digest: of whatever determines the features.
      frames: how many frames it takes, None for any number from 2.
      size: the height and width it resizes frames to, None to take them as they are.
      value_range: what black and white become.
      resize: how it resizes.
      comparable: the published protocol that its scores may be compared with, if there is one.
    """

    name: str
    compute: typing.Callable
    digest: str
    frames: int | None = None
    size: int | None = None
    value_range: tuple = (-1.0, 1.0)
    resize: str = "none"
    comparable: str = ""

    def __call__(self, videos):
        """Features float64 [N, D] of videos uint8 [N, T, H, W, 3].

        Raises:
          UsageError: clips of another length, or features that aren't one finite row a clip.
        """
        if len(videos) < 1 or videos.shape[1] < 2:
            raise UsageError(f"features {self.name!r}: need clips of 2 frames or more")
        if self.frames not in (None, videos.shape[1]):
            raise UsageError(
                f"features {self.name!r}: made for clips of {self.frames} frames, not "
                f"{videos.shape[1]}. Train and evaluate with --frames={self.frames}"
            )
        chunks = (videos[first : first + _CHUNK] for first in range(0, len(videos), _CHUNK))
        return np.concatenate([self._checked(chunk) for chunk in chunks])

    def _checked(self, videos):
        features = np.asarray(self.compute(videos), np.float64)
        if features.ndim != 2 or len(features) != len(videos) or not np.isfinite(features).all():
            raise UsageError(
                f"features {self.name!r}: gave {list(features.shape)} for {len(videos)} clips; "
                "needed is one row of finite numbers a clip. Choose an output that gives it"
            )
        return features


def random3d(difference=False):
    """Means and deviations, over space and time, of a fixed random 3-D convolutional network.

    It sees noise, flicker and blur; on differences of frames it sees their order, jitter and
    averaging. For frames themselves, the first kernels sum to zero, so that the background's
    colour, which varies most, doesn't hide all else; and each place is divided by 1 + its activity,
    so that it matters more that an edge is there than how strong it is.

    Args:
      difference: look at 4 (x[t+1] - x[t]) instead of x.
    """
    kernels = _random_kernels()
    if not difference:
        kernels[0] -= kernels[0].mean(axis=(0, 1, 2), keepdims=True)
    layers = [tf.constant(kernel) for kernel in kernels]

    @tf.function(reduce_retracing=True, autograph=False)
    def features(videos):
        x = to_float(videos)
        x = 4.0 * (x[:, 1:] - x[:, :-1]) if difference else x
        x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
        found = []
        for layer in layers:
            strides, padding = ([1, 2, 2, 2, 1], "SAME") if found else ([1, 1, 2, 2, 1], "VALID")
            x = tf.nn.leaky_relu(tf.nn.conv3d(x, layer, strides, padding))
            if not difference:
                x /= 1.0 + tf.sqrt(tf.reduce_mean(tf.square(x), -1, keepdims=True))
            mean, variance = tf.nn.moments(x, [1, 2, 3])
            found += [mean, tf.sqrt(variance + 1e-6)]
        return tf.concat(found, 1)

    digest = hashlib.sha256(b"random3d 2" + bytes([difference]))
    for kernel in kernels:
        digest.update(kernel.tobytes())
    name = "random3d_dt" if difference else "random3d"
    return FeatureExtractor(name, features, digest.hexdigest()[:16])


def motion():
    """Histograms of how pixels move and how that changes: 8 directions in cells of the clip.

    A cell is 4 frames of a quarter of the picture. Each pixel has the weight log2(1 + 4 length) of
    its flow, or of the change of its flow, in pixels a frame, shared between the two nearest
    directions. Flow is Farneback's.

    Source: after Liu et al. 2024, "Fréchet video motion distance", which follows points instead.
    """
    estimate = estimators.farneback()

    def features(videos):
        clips, frames, height, width, _ = videos.shape
        pairs = [-1, height, width, 3]
        flow = estimate(videos[:, :-1].reshape(pairs), videos[:, 1:].reshape(pairs))
        velocity = flow.reshape(clips, frames - 1, height, width, 2)
        changes = [_directions(velocity), _directions(np.diff(velocity, axis=1))]
        return np.concatenate(changes, axis=1)

    return FeatureExtractor("motion", features, "farneback-8x4x2x2-1", value_range=(0, 255))


_SEED = 20260101
_CHANNELS = (3, 32, 64, 104)


def _random_kernels():
    random = np.random.Generator(np.random.Philox(key=_SEED))
    return [
        random.normal(0, np.sqrt(2 / (27 * inputs)), [3, 3, 3, inputs, outputs]).astype(np.float32)
        for inputs, outputs in zip(_CHANNELS, _CHANNELS[1:], strict=False)
    ]


def _directions(vectors, bins=8):
    """Mean votes [N, cells * 8] of vectors [N, T, H, W, 2] for the directions around the circle."""
    clips, frames, height, width, _ = vectors.shape
    weight = np.log2(1 + 4 * np.hypot(vectors[..., 0], vectors[..., 1]))
    place = np.arctan2(vectors[..., 1], vectors[..., 0]) * (bins / (2 * np.pi)) % bins
    low = place.astype(np.int32)
    share = place - low
    # The cell of each pixel: which clip, which 4 frames, which half of the height and of the width.
    shape = (clips, -(-frames // 4), 2, 2)
    halves = [(np.arange(side) >= side // 2).astype(int) for side in (height, width)]
    cell = np.ravel_multi_index(np.ix_(np.arange(clips), np.arange(frames) // 4, *halves), shape)
    votes = np.zeros(np.prod(shape) * bins)
    for direction, part in ((low % bins, 1 - share), ((low + 1) % bins, share)):
        places = (cell * bins + direction).ravel()
        votes += np.bincount(places, (weight * part).ravel(), len(votes))
    counts = np.bincount(np.broadcast_to(cell, weight.shape).ravel(), minlength=np.prod(shape))
    return (votes.reshape(-1, bins) / counts[:, None]).reshape(clips, -1)
