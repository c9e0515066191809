"""Folders that take their name by one rename, once they're complete."""

import contextlib
import os
import re
import shutil
import socket
from pathlib import Path

import filelock

from vgan.core.errors import StorageError, VganError
from vgan.core.files import replacing_folder, take_name

_REPLACED = ".being-replaced"


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
    path = os.path.realpath(path)
    check_free(path, overwrite, mark)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    folder = f"{path}.incomplete-{fingerprint}"
    with _locked(path):
        _sweep(path, folder)
        os.makedirs(folder, exist_ok=True)
        try:
            yield folder
        except VganError as error:
            if not isinstance(error, StorageError):  # It would come again.
                shutil.rmtree(folder)
            raise
        check_free(path, overwrite, mark)
        take_name(Path(folder), Path(path), Path(path + _REPLACED))
        shutil.rmtree(path + _REPLACED, ignore_errors=True)


def check_free(path, overwrite, mark):
    """Raises StorageError if `path` exists and may not be replaced."""
    if not os.path.lexists(path):
        return
    if not overwrite:
        raise StorageError(
            f"output {path!r}: it exists already. Choose another --output or add --overwrite"
        )
    if not os.path.isfile(os.path.join(path, mark)):
        raise StorageError(
            f"output {path!r}: holds no {mark}, so --overwrite leaves it alone. "
            "Choose another --output"
        )


@contextlib.contextmanager
def _locked(path):
    # The lock is the operating system's, so that of a dead process is free again.
    parent, name = os.path.split(path)
    lock = filelock.FileLock(os.path.join(parent, f".{name}.lock"))
    owner = os.path.join(parent, f".{name}.lock-owner")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        holder = "another process"
        with contextlib.suppress(OSError), open(owner) as file:
            holder = file.read()
        raise StorageError(
            f"output {path!r}: {holder} is preparing it. Wait for that one, or choose another "
            "--output"
        ) from None
    try:
        with open(owner, "w") as file:
            file.write(f"process {os.getpid()} on host {socket.gethostname()}")
        yield
    finally:
        for name in (owner, lock.lock_file):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
        lock.release()


def _sweep(path, kept):
    """Puts back what a kill between two renames left, and removes what other settings left."""
    if os.path.lexists(path + _REPLACED):
        if os.path.lexists(path):
            shutil.rmtree(path + _REPLACED)
        else:
            os.rename(path + _REPLACED, path)
    parent, name = os.path.split(path)
    ours = re.compile(re.escape(name) + r"\.incomplete-[0-9a-f]{16}")
    for other in os.listdir(parent):
        if ours.fullmatch(other) and os.path.join(parent, other) != kept:
            shutil.rmtree(os.path.join(parent, other))
