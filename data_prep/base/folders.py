"""Folders that take their name by one rename, once they're complete."""

import contextlib
import os
import re
import shutil
from pathlib import Path

from vgan.core.errors import StorageError, VganError
from vgan.core.files import locked, replacing_folder, take_name


@contextlib.contextmanager
def appearing(path, overwrite, mark):
    """Gives a folder to fill that takes its name `path` at the end; after an error it is removed.

    Args:
      path: the folder to be.
      overwrite: whether one that is there gives way, at the very end.
      mark: name of a file that only such folders hold; others are never replaced.
    Raises:
      StorageError: `path` exists and may not be replaced.
    """
    path = os.path.realpath(path)
    check_free(path, overwrite, mark)
    with replacing_folder(path) as folder:
        yield str(folder)
        check_free(path, overwrite, mark)


@contextlib.contextmanager
def growing(path, fingerprint, overwrite, mark):
    """Gives a folder to fill, with what a killed run of the same fingerprint left in it.

    It takes its name `path` at the end. A run that is killed or meets a full disk leaves it for
    the next one.

    Args:
      path, overwrite, mark: as of `appearing`.
      fingerprint: 16 hexadecimal digits of the settings and files.
    Raises:
      StorageError: `path` exists and may not be replaced, or another run is at work on it.
    """
    path = Path(path).resolve()
    check_free(path, overwrite, mark)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = path.with_name(f"{path.name}.incomplete-{fingerprint}")
    replaced = path.with_name(f"{path.name}.being-replaced")
    doing = "is preparing it. Wait for that one, or choose another --output"
    with locked(path.with_name(f".{path.name}.lock"), f"output {str(path)!r}", doing):
        _sweep(path, replaced, folder)
        folder.mkdir(exist_ok=True)
        try:
            yield str(folder)
        except VganError as error:
            if not isinstance(error, StorageError):  # It would come again.
                shutil.rmtree(folder)
            raise
        check_free(path, overwrite, mark)
        take_name(folder, path, replaced)
        shutil.rmtree(replaced, ignore_errors=True)


def check_free(path, overwrite, mark):
    """Raises StorageError if `path` exists and may not be replaced."""
    if not os.path.lexists(path):
        return
    if not overwrite:
        raise StorageError(
            f"output {str(path)!r}: it exists already. Choose another --output or add --overwrite"
        )
    if not os.path.isfile(os.path.join(path, mark)):
        raise StorageError(
            f"output {str(path)!r}: holds no {mark}, so --overwrite leaves it alone. "
            "Choose another --output"
        )


def _sweep(path, replaced, kept):
    """Puts back what a kill between two renames left, and removes what other settings left."""
    if os.path.lexists(replaced):
        if os.path.lexists(path):
            shutil.rmtree(replaced)
        else:
            replaced.rename(path)
    ours = re.compile(re.escape(path.name) + r"\.incomplete-[0-9a-f]{16}")
    for other in path.parent.iterdir():
        if ours.fullmatch(other.name) and other != kept:
            shutil.rmtree(other)
