"""Changes of training clips: --augment='flip + speed(slowest=0.5, fastest=2) + hue(amount=0.1)'.

What is changed here is learnt: a mirrored clip is one that the generator may make. What critics see
changed of real and made clips alike (vgan/models/game/diff_augment.py) isn't.
"""

import numpy as np
import tensorflow as tf

from vgan.core import randomness, spec
from vgan.core.clip import to_levels
from vgan.core.errors import naming
from vgan.data.augmentations import Colours, Pixels, Times

_DRAWS = 3  # of each part for each clip


class Augment:
    """The changes that a spec string names: of times, then of pixels, then of colours.

    Times come first, so that frames are read where the data have them. Those of a kind come in the
    order of the text. Draws are a function of the seed and the number of the sample.

    Args:
      text: a sum such as "flip + speed(fastest=2)"; empty for no change.
      seed: int, of all draws.
    Raises:
      UsageError: an unknown part or argument, or a weight.
    """

    def __init__(self, text, seed):
        found = spec.parse_unweighted(text, "--augment")
        with naming("augment", text):
            self._parts = [spec.build(part, "vgan.data.augmentations.{}") for part in found]
        self._seed = seed

    def _of(self, kind):
        return [(n, part.change) for n, part in enumerate(self._parts) if isinstance(part, kind)]

    @property
    def moves(self):
        """Whether it changes when frames are taken."""
        return bool(self._of(Times))

    def draws(self, samples):
        """What the changes of samples int64 [B] are drawn from, float32 [B, parts, 3]."""
        shape = [len(self._parts), _DRAWS]
        return randomness.uniform(self._seed, randomness.DATA, samples, shape)

    def offsets(self, draws, times, extent):
        """Which frames a clip takes.

        Args:
          draws: float32 [parts, 3], of the clip.
          times: int [T], offsets of the frames that it would take unchanged.
          extent: the offsets of the first and the last frame of its video.
        Returns:
          int64 [T], offsets within the extent.
        """
        first, last = extent[0], extent[1] - extent[0]
        times = np.asarray(times, np.float64) - first
        for number, change in self._of(Times):
            times = change(times, draws[number], last)
            times = times - max(times.max() - last, 0)
            times = times - min(times.min(), 0)
        # Not np.rint, which rounds halves to even numbers and so at half the speed unevenly.
        return first + np.clip(np.floor(times + 0.5), 0, last).astype(np.int64)

    def __call__(self, video, samples):
        """Changes pixels and colours.

        Args:
          video: uint8 [B, T, H, W, 3 or 6]: pairs are changed alike.
          samples: int64 [B], global sample numbers.
        """
        pixels, colours = self._of(Pixels), self._of(Colours)
        draws = self.draws(samples) if pixels or colours else None
        for number, change in pixels:
            video = change(video, draws[:, number])
        if colours:
            changes = [(change, 2 * draws[:, n, :1, None] - 1) for n, change in colours]
            video = _recoloured(video, changes)
        return video


def _recoloured(video, changes):
    """Affine changes in one pass: what they make of black, red, green and blue tells all."""
    levels = tf.cast(tf.reshape(video, [video.shape[0], -1, 3]), tf.float32)
    corners = tf.constant([[-1, -1, -1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], tf.float32)
    mean = tf.reduce_mean(levels, 1, keepdims=True) / 127.5 - 1
    colours = tf.concat([mean, tf.tile(corners[None], [video.shape[0], 1, 1])], 1)
    for change, draw in changes:
        colours = change(colours, draw)
    black, primaries = to_levels(colours[:, 1:2]), to_levels(colours[:, 2:])
    levels = levels @ ((primaries - black) / 255) + (black + 0.5)
    return tf.cast(tf.reshape(tf.clip_by_value(levels, 0, 255), video.shape), tf.uint8)
