"""Checkpoints that survive a kill at any moment, and the way back to the newest good one."""

import re
from pathlib import Path

import tensorflow as tf
from absl import logging

from vgan.errors import CheckpointError

_DAMAGE = (
    tf.errors.DataLossError,
    tf.errors.NotFoundError,
    tf.errors.OutOfRangeError,
    tf.errors.InvalidArgumentError,
    tf.errors.FailedPreconditionError,
    IndexError,
)


class Checkpoints:
    """The checkpoints `ckpt-N.*` of a folder, N being the number of steps done.

    Args:
      folder: where they lie.
      synthesizer: the tf.Module whose whole state they keep.
      keep: how many of the last ones stay.
    """

    def __init__(self, folder, synthesizer, keep):
        self._folder = Path(folder)
        self._checkpoint = tf.train.Checkpoint(synthesizer=synthesizer)
        self._keep = keep

    def save(self, step):
        """Writes the checkpoint of a step, then sweeps old ones and what a killed save left."""
        self._checkpoint.write(str(self._folder / f"ckpt-{step}"))
        for old in saved_steps(self._folder)[self._keep :]:
            for file in self._folder.glob(f"ckpt-{old}.*"):
                file.unlink()
        for left in self._folder.glob("ckpt-*_temp"):
            for file in left.iterdir():
                file.unlink()
            left.rmdir()

    def restore(self):
        """Restores the newest good checkpoint and returns its step; 0 if there is none at all.

        Raises:
          CheckpointError: there are checkpoints, and none can be read; or they are of another
            model.
        """
        steps = saved_steps(self._folder)
        for step in steps:
            path = self._folder / f"ckpt-{step}"
            try:
                read_into(self._checkpoint, path).assert_existing_objects_matched()
                return step
            except _DAMAGE as error:
                first_line = str(error).splitlines()[0]
                logging.warning("checkpoint %r is damaged, trying an older: %s", path, first_line)
        if steps or any(self._folder.glob("ckpt-*")):
            raise CheckpointError(
                f"checkpoints {str(self._folder)!r}: none can be read. Nothing was deleted; "
                "restore them from a copy, or train in another --workdir"
            )
        return 0


def saved_steps(folder):
    """The steps of the complete checkpoints in a folder, newest first.

    The files themselves are listed: the pointer that TensorFlow keeps beside them may be lost.
    """
    found = (re.fullmatch(r"ckpt-(\d+)\.index", file.name) for file in Path(folder).glob("ckpt-*"))
    return sorted((int(match[1]) for match in found if match), reverse=True)


def read_into(checkpoint, path):
    """Restores a tf.train.Checkpoint; raises CheckpointError where shapes are of another model."""
    _verify(path)
    try:
        return checkpoint.read(str(path))
    except ValueError as error:
        raise CheckpointError(
            f"checkpoint {str(path)!r}: it is of another model ({error}). "
            "Use the flags it was trained with"
        ) from error


def _verify(path):
    """Reads every tensor once: a restore may stop half-way at a damaged one."""
    reader = tf.train.load_checkpoint(str(path))
    for name in reader.get_variable_to_shape_map():
        reader.get_tensor(name)
