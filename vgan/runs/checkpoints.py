"""Checkpoints that survive a kill at any moment, and the way back to the newest good one."""

import re
import textwrap
from pathlib import Path

import tensorflow as tf
from absl import logging

from vgan.core.errors import CheckpointError


class SweptError(CheckpointError):
    """A checkpoint that was removed while it was read."""


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
        """Writes the checkpoint of a step, then sweeps old, damaged and half-written ones."""
        self._checkpoint.write(str(self._folder / f"ckpt-{step}"))
        older = [saved for saved in saved_steps(self._folder) if saved < step]
        for other in set(_steps(self._folder, ".*")) - {step, *older[: self._keep - 1]}:
            for file in self._folder.glob(f"ckpt-{other}.*"):
                file.unlink()
        for left in self._folder.glob("ckpt-*_temp"):
            for file in left.iterdir():
                file.unlink()
            left.rmdir()

    def restore(self, step=None):
        """Restores a checkpoint and returns its step.

        Args:
          step: None for the newest good one; 0 is returned if there is none at all.
        Raises:
          CheckpointError: as `newest_good`; it is of another model, or is damaged.
          SweptError: it is gone.
        """
        given = step is not None
        step = step if given else newest_good(self._folder)
        if given or step or saved_steps(self._folder):
            _read(self._checkpoint, self._folder / f"ckpt-{step}")
        return step


def newest_good(folder):
    """The step of the newest checkpoint that can be read; 0 if there is none at all.

    Raises:
      CheckpointError: there are checkpoints, and none can be read.
    """
    folder = Path(folder)
    for step in good_steps(folder):
        return step
    if not all(re.match(r"ckpt-0(_temp|\.data)", f.name) for f in folder.glob("ckpt-*")):
        raise CheckpointError(
            f"checkpoints {str(folder)!r}: none can be read. Nothing was deleted; "
            "restore them from a copy, or train in another --workdir"
        )
    return 0  # At most the first save was killed, before anything was learnt.


def good_steps(folder):
    """An iterator over the steps of the checkpoints that can be read, newest first."""
    saved = saved_steps(folder)
    for step in _steps(folder, ".*"):
        path = Path(folder) / f"ckpt-{step}"
        try:
            _verify(path)
        except (tf.errors.OpError, IndexError) as error:
            if not Path(f"{path}.index").exists() and step in saved:
                continue  # It was swept meanwhile.
            reason = str(error).splitlines()[0]
            logging.warning("checkpoint %r is damaged, trying an older: %s", str(path), reason)
        else:
            yield step


def saved_steps(folder):
    """The steps of the complete checkpoints in a folder, newest first.

    The files themselves are listed: the pointer that TensorFlow keeps beside them may be lost.
    """
    return _steps(folder, "index")


def _steps(folder, suffix):
    found = (re.fullmatch(rf"ckpt-(\d+)\.{suffix}", f.name) for f in Path(folder).glob("ckpt-*"))
    return sorted({int(match[1]) for match in found if match}, reverse=True)


def _read(checkpoint, path):
    try:
        # What the checkpoint holds besides is none of ours: init_from takes the networks alone.
        checkpoint.read(str(path)).assert_existing_objects_matched().expect_partial()
    except tf.errors.OpError as error:
        if not Path(f"{path}.index").exists():
            raise SweptError(
                f"checkpoint {str(path)!r}: it was swept while it was read. Try again, or train "
                "with a larger --keep_checkpoints"
            ) from None
        reason = textwrap.shorten(str(error), 400)
        raise CheckpointError(f"checkpoint {str(path)!r}: damaged ({reason})") from error
    except (ValueError, AssertionError) as error:
        tf.get_logger().addFilter(_is_news)
        reason = textwrap.shorten(str(error), 400)
        raise CheckpointError(
            f"checkpoint {str(path)!r}: it is of another model ({reason}). "
            "Use the networks that it was trained with"
        ) from error


def _is_news(record):
    """Whether TensorFlow tells what the error didn't: at the end it lists all that wasn't read."""
    return not str(record.msg).startswith(("Value in checkpoint", "Detecting that an object"))


def _verify(path):
    """Reads every tensor once: a restore may stop half-way at a damaged one."""
    reader = tf.train.load_checkpoint(str(path))
    for name in reader.get_variable_to_shape_map():
        reader.get_tensor(name)
