"""Where prepared data grows: a folder that takes its name only once it's complete."""

import contextlib
import os
import re
import shutil
import socket

import filelock

from vgan.errors import StorageError, VganError

_REPLACED = ".being-replaced"


@contextlib.contextmanager
def growing(path, fingerprint, overwrite=False):
    """Yields a folder to fill, with what a killed run of the same fingerprint left in it.

    It is renamed to `path` on leaving. A run that is killed or meets a full disk leaves it for the
    next one.

    Args:
      path: the folder to be.
      fingerprint: 16 hexadecimal digits that tell the settings and files.
      overwrite: whether prepared data that is there already gives way, at the very end.
    Raises:
      StorageError: `path` exists and may not be replaced, or another run is at work on it.
    """
    path = os.path.realpath(path)
    check_replaceable(path, overwrite)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    folder, old = f"{path}.incomplete-{fingerprint}", path + _REPLACED
    with _locked(path):
        _sweep(path, folder)
        os.makedirs(folder, exist_ok=True)
        try:
            yield folder
        except VganError:  # It would come again; what is killed or lacks space goes on.
            shutil.rmtree(folder)
            raise
        check_replaceable(path, overwrite)
        if os.path.lexists(path):
            os.rename(path, old)
        try:
            os.rename(folder, path)
        except OSError:
            if os.path.lexists(old):
                os.rename(old, path)
            raise
        shutil.rmtree(old, ignore_errors=True)


def check_replaceable(path, overwrite):
    """Raises StorageError if `path` exists and isn't prepared data that may be replaced."""
    if not os.path.lexists(path):
        return
    if not overwrite:
        raise StorageError(
            f"output {path!r}: exists already. Choose another --output or add --overwrite"
        )
    if not os.path.isfile(os.path.join(path, "manifest.json")):
        raise StorageError(
            f"output {path!r}: is not prepared data, so --overwrite leaves it alone. "
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
        os.unlink(owner)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(lock.lock_file)
        lock.release()


def _sweep(path, kept):
    """Puts back what a kill between two renames left, and removes what other settings left."""
    if os.path.lexists(path + _REPLACED):
        if os.path.lexists(path):
            shutil.rmtree(path + _REPLACED)
        else:
            os.rename(path + _REPLACED, path)
    for left in incomplete(path):
        if left != kept:
            shutil.rmtree(left)


def incomplete(path):
    """The folders that runs towards `path` have left unfinished."""
    parent, name = os.path.split(os.path.realpath(path))
    ours = re.compile(re.escape(name) + r"\.incomplete-[0-9a-f]{16}")
    return [os.path.join(parent, other) for other in os.listdir(parent) if ours.fullmatch(other)]
