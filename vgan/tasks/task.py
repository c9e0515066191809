"""The task of a model: what is given of each clip, by one of the kinds of vgan/tasks/kinds.py."""

import inspect

import numpy as np
import tensorflow as tf

from vgan.core import randomness, spec
from vgan.core.errors import UsageError
from vgan.tasks.given import Kind

_KINDS = "vgan.tasks.kinds.{}"


class Task:
    """What is given of each clip, by one of several kinds.

    Args:
      text: a spec string such as "prediction(given=4)", or a sum, whose weights are the shares of
        clips that each kind gets.
    Raises:
      UsageError: an unknown kind or argument, or a share of 0 or less.
    """

    def __init__(self, text):
        self.text, parts = text, spec.parse_sum(text)
        if not parts or any(part.weight <= 0 for part in parts):
            raise UsageError(f"--task={text}: name one task or more, with shares above 0")
        self._specs = parts
        self._kinds = [_kind(spec.build(part, _KINDS)) for part in parts]
        self._shares = np.cumsum([part.weight for part in parts]) / sum(p.weight for p in parts)
        names = [part.name for part in parts]
        self.shows = names.count("generation") < len(names)
        self.needs_given = "generation" not in names
        self.shows_whole = all(kind.whole for kind in self._kinds)
        self.relabels = self._kinds[0].relabels
        if any(kind.relabels != self.relabels for kind in self._kinds):
            raise UsageError(
                f"--task={text}: to relabel clips, a model must do nothing else. Drop the others"
            )

    def way(self, frames):
        """What this one task does with a whole file, one of tasks.ways, or None: see given.Kind."""
        return self._kinds[0].file(frames)

    def parts(self):
        """The Task of each kind alone."""
        return [Task(spec.unparse(part)) for part in self._specs]

    def alone(self, text=None):
        """The Task of one of these, which `text` names as far as it must; raises UsageError.

        Arguments that the text or the training left out have their defaults.
        """
        wanted = spec.parse_sum(text) if text else [None]
        if len(wanted) > 1 or wanted[0] and wanted[0].weight != 1:
            raise UsageError(f"--task={text}: name one task, without a weight")
        fitting = [
            part
            for part in self._specs
            if wanted[0] is None
            or part.name == wanted[0].name
            and wanted[0].arguments.items() <= _all_arguments(part).items()
        ]
        if len(fitting) != 1:
            raise UsageError(
                f"--task={text or ''}: name one of those the model was trained on: "
                f"{', '.join(spec.unparse(part) for part in self._specs)}"
            )
        return Task(spec.unparse(fitting[0]))

    def check_itself(self, who):
        """Raises UsageError unless all clips are shown as they are, as `who` needs them."""
        if not all(kind.itself for kind in self._kinds):
            raise UsageError(
                f"--task={self.text}: {who} is given clips as they are. Give --task=rebuilding"
            )

    def check_of_source(self, who):
        """Raises UsageError unless all clips are made of a source, as `who` makes them."""
        if not all(kind.of_source for kind in self._kinds):
            raise UsageError(
                f"--task={self.text}: {who} translates clips of a source. Give --task=translation "
                "and --data=unpaired(target='...', source='...')"
            )

    def check_relabels(self, who):
        """Raises UsageError unless clips are to be made ones of other classes."""
        if not self.relabels:
            raise UsageError(
                f"--task={self.text}: {who} makes clips ones of other classes. Give "
                "--task=relabelling"
            )

    def channels(self, clip):
        """K of the condition: 0 where nothing is ever given."""
        return clip.channels + 1 if self.shows else 0

    def __call__(self, video, seed, samples, source=None):
        """The condition float32 [B, T, H, W, K] of clips.

        Args:
          video: float32 [B, T, H, W, C] in [-1, 1].
          seed: int64 scalar; samples: int64 [B], global sample numbers.
          source: the clips beside them where the data are pairs, or None, or of 0 channels.
        """
        if not self.shows:
            return tf.zeros([*video.shape[:-1], 0])
        draws = randomness.uniform(seed, randomness.TASKS, samples, [])
        chosen = tf.searchsorted(self._shares[:-1].astype(np.float32), draws, side="right")
        condition = tf.zeros([*video.shape[:-1], video.shape[-1] + 1])
        for number, kind in enumerate(self._kinds):
            if kind.of_source and (source is None or not source.shape[-1]):
                raise UsageError(
                    f"--task={self.text}: the data have no source to translate from. Give "
                    "--data=pairs(target='...', source='...'), or unpaired(...)"
                )
            pixels, known = kind.show(source if kind.of_source else video, seed, samples)
            known = tf.broadcast_to(known, [*tf.unstack(tf.shape(video))[:-1], 1])
            mine = (chosen == number)[:, None, None, None, None]
            condition = tf.where(mine, tf.concat([pixels, known], -1), condition)
        return condition


def _kind(found):
    """A function of one's own that shows clips is a kind that has no way with whole files."""
    if isinstance(found, Kind):
        return found
    if {"scale", "enlarged", "of_source"} & set(dir(found)):
        raise UsageError("--task: says by attributes what it is. Return a vgan.tasks.given.Kind")
    return Kind(found)


def _all_arguments(part):
    """The arguments of a Spec of a task, and the defaults of the others."""
    parameters = inspect.signature(spec.resolve(part.name, _KINDS)).parameters
    return {name: parameter.default for name, parameter in parameters.items()} | part.arguments
