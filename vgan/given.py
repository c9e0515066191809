"""What is given of a clip, and how it stays in what is made of it.

A condition is [B, T, H, W, C + 1]: pixels in [-1, 1], and a mask that is 1 where they are the
clip's own and stay. Where it is 0 they are a hint, such as a noisy clip, or 0 for nothing.
"""

import inspect
import typing

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from vgan import randomness, spec
from vgan.clip import to_float, to_uint8
from vgan.errors import UsageError


class Given(typing.NamedTuple):
    """What a task shows of clips.

    Attributes:
      pixels: float32 [B, T, H, W, C] in [-1, 1].
      known: float32, broadcast to [B, T, H, W, 1]: 1 where pixels are the clips' own, else 0.
    """

    pixels: typing.Any
    known: typing.Any


HIDDEN, KNOWN, HINT = range(3)
"""What stands at a pixel of given frames at rest: nothing, the clip's own, or a hint."""


def from_rest(pixels, kinds):
    """The condition of given frames: uint8 [..., C], and which kind each is, uint8 [..., 1]."""
    shown = tf.where(kinds == HIDDEN, 0.0, to_float(pixels))
    return tf.concat([shown, tf.cast(kinds == KNOWN, tf.float32)], -1)


def to_rest(condition):
    """What from_rest makes the same condition of again, as NumPy arrays.

    Known pixels and hints lie on the 256 levels of uint8, of which none is 0.
    """
    condition = np.asarray(condition)
    pixels, known = condition[..., :-1], condition[..., -1:] > 0.5
    kinds = np.where(known, KNOWN, np.where((pixels == 0).all(-1, keepdims=True), HIDDEN, HINT))
    return to_uint8(pixels), kinds.astype(np.uint8)


def parted(video):
    """A video [..., 3], and the source beside it where the data are pairs, [..., 0 or 3]."""
    return video[..., :3], video[..., 3:]


def visible(video, known):
    """The Given that shows a video where `known` is 1, and hides it elsewhere."""
    known = tf.cast(known, tf.float32)
    return Given(video * known, known)


def hint(pixels):
    """The Given of a degraded video, rounded to the 8 bits it would have in a file."""
    return Given(to_float(to_uint8(pixels)), tf.zeros([1, 1, 1, 1, 1]))


class Task:
    """What is given of each clip, by one of several tasks of vgan/tasks.py.

    Args:
      text: a spec string such as "prediction(given=4)", or a sum, whose weights are the shares of
        clips that each task gets.
    Raises:
      UsageError: an unknown task or argument, or a share of 0 or less.
    """

    def __init__(self, text):
        self.text, parts = text, spec.parse_sum(text)
        if not parts or any(part.weight <= 0 for part in parts):
            raise UsageError(f"--task={text}: name one task or more, with shares above 0")
        self._specs = parts
        self._parts = [spec.build(part, "vgan.tasks.{}") for part in parts]
        self._shares = np.cumsum([part.weight for part in parts]) / sum(p.weight for p in parts)
        names = [part.name for part in parts]
        self.shows = names.count("generation") < len(names)
        self.needs_given = "generation" not in names

    @property
    def scale(self):
        """How many times larger than a file's frames those are that this one task makes of them."""
        return getattr(self._parts[0], "scale", 1)

    def enlarged(self, video):
        """A file's frames [B, T, H, W, C], enlarged by `scale` as the task does."""
        return self._parts[0].enlarged(video)

    def alone(self, text=None):
        """The Task of one of these, which `text` names as far as it must; raises UsageError.

        Arguments that the text or the training left out have their defaults.
        """
        told = [
            f"{p.name}({', '.join(f'{k}={v!r}' for k, v in p.arguments.items())})"
            for p in self._specs
        ]
        wanted = spec.parse_sum(text) if text else [None]
        if len(wanted) > 1 or wanted[0] and wanted[0].weight != 1:
            raise UsageError(f"--task={text}: name one task, without a weight")
        fitting = [
            one
            for one, part in zip(told, self._specs, strict=True)
            if wanted[0] is None
            or part.name == wanted[0].name
            and wanted[0].arguments.items() <= _all_arguments(part).items()
        ]
        if len(fitting) != 1:
            raise UsageError(
                f"--task={text or ''}: name one of those the model was trained on: "
                f"{', '.join(told)}"
            )
        return Task(fitting[0])

    def channels(self, clip):
        """K of the condition: 0 where nothing is ever given."""
        return clip.channels + 1 if self.shows else 0

    def __call__(self, video, seed, samples):
        """The condition float32 [B, T, H, W, K] of clips.

        Args:
          video: float32 [B, T, H, W, 3] in [-1, 1]; or of 6 channels: pairs, the source last.
          seed: int64 scalar; samples: int64 [B], global sample numbers.
        """
        video, source = parted(video)
        if not self.shows:
            return tf.zeros([*video.shape[:-1], 0])
        draws = randomness.uniform(seed, randomness.TASKS, samples, [])
        chosen = tf.searchsorted(self._shares[:-1].astype(np.float32), draws, side="right")
        condition = tf.zeros([*video.shape[:-1], video.shape[-1] + 1])
        for number, part in enumerate(self._parts):
            seen = video
            if hasattr(part, "of_source"):
                if not source.shape[-1]:
                    raise UsageError(
                        f"--task={self.text}: the data have no source to translate from. Give "
                        "--data=pairs(target='...', source='...')"
                    )
                seen = source
            pixels, known = part(seen, seed, samples)
            known = tf.broadcast_to(known, [*tf.unstack(tf.shape(video))[:-1], 1])
            mine = (chosen == number)[:, None, None, None, None]
            condition = tf.where(mine, tf.concat([pixels, known], -1), condition)
        return condition


def _all_arguments(part):
    """The arguments of a Spec of a task, and the defaults of the others."""
    parameters = inspect.signature(spec.resolve(part.name, "vgan.tasks.{}")).parameters
    return {name: parameter.default for name, parameter in parameters.items()} | part.arguments


@keras.saving.register_keras_serializable(package="vgan")
class Keep(keras.layers.Layer):
    """Puts the known pixels of a condition in the place of those that were made there."""

    def call(self, inputs):
        video, condition = inputs
        known = condition[..., -1:]
        return ops.where(known > 0.5, condition[..., :-1], video)


def keeping(network):
    """A generator [latents, condition, label] -> video whose videos keep what is known."""
    video = Keep(name="kept", dtype="float32")([network.output, network.inputs[1]])
    return keras.Model(network.inputs, video, name=network.name)
