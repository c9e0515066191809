"""Files and folders that appear whole or not at all: the one way in which vgan writes them."""

import contextlib
import fcntl
import functools
import os
import re
import secrets
import shutil
import socket
import tempfile
from pathlib import Path

import filelock

from vgan.core.errors import StorageError, UsageError

_FILE = re.compile(r"\.[0-9a-f]{16}\.tmp")
_FOLDER = re.compile(r"\.vgan-\w{8}")


@contextlib.contextmanager
def replacing(path):
    """Gives a path to write to, and moves it to `path` at the end; after an error it is removed.

    Its folder is made if there is none. What a killed process left there is swept.

    Args:
      path: `Path` of the file that appears as a whole or not at all.
    Raises:
      StorageError: the file can't be written.
    """
    # Absolute, since FFmpeg takes what precedes a colon in a relative name for a protocol. Without
    # the name of the file, since TensorBoard reads whatever has "tfevents" in it.
    temporary = path.absolute().with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        _sweep(temporary.parent)
        temporary.touch()
        with _held(temporary):
            yield temporary
            os.replace(temporary, path)
    except OSError as error:
        raise StorageError(
            f"file {str(path)!r}: {error.strerror or error}. "
            "Check the folder, its permissions and the free space"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def replace_text(path, text):
    """Writes text to a file as `replacing` does."""
    with replacing(Path(path)) as temporary:
        temporary.write_text(text)


@contextlib.contextmanager
def replacing_folder(path):
    """A context that gives a folder to write into, which becomes `path` if all goes well.

    What was at `path` before stays in place until then. What a killed process left is swept.
    """
    path = Path(path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    with tempfile.TemporaryDirectory(prefix=".vgan-", dir=path.parent) as aside:
        incomplete, before = Path(aside) / "incomplete", Path(aside) / "before"
        with _held(Path(aside)):
            incomplete.mkdir()
            yield incomplete
            take_name(incomplete, path, before)


@contextlib.contextmanager
def _held(path):
    """Holds what is being written, until the end of the block or of the process."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # Some file systems can't; there nothing is swept.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


@functools.lru_cache(maxsize=256)  # Once a process: the folder may be large.
def _sweep(folder):
    """Removes what processes that were killed while they wrote have left in a folder."""
    for path in list(folder.iterdir()):
        if not (_FILE.fullmatch(path.name) or _FOLDER.fullmatch(path.name)):
            continue
        with contextlib.suppress(OSError):  # It is another's, or just finished.
            descriptor = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            finally:
                os.close(descriptor)


def take_name(folder, path, aside):
    """Renames a folder to `path`; what is there moves `aside`, and back if that fails.

    Args:
      folder, path, aside: each a `Path`.
    """
    replaced = os.path.lexists(path)
    if replaced:
        path.rename(aside)
    try:
        folder.rename(path)
    except OSError:
        if replaced:
            aside.rename(path)
        raise


def check_plain(path, what):
    """Raises UsageError for a path where TensorFlow doesn't find what it wrote."""
    for mark in "[\\":
        if mark in str(path):
            raise UsageError(
                f"{what} {str(path)!r}: TensorFlow takes {mark} in a path for part of a pattern, "
                "and would not find its files again. Choose a path without it"
            )


@contextlib.contextmanager
def locked(path, what, doing):
    """Holds a lock file, which the operating system frees when the process dies.

    Args:
      path: `Path` of the lock file; beside it is written who holds it.
      what, doing: the start and end of the message where another process holds it.
    Raises:
      StorageError: another process holds it.
    """
    owner = path.with_name(f"{path.name}-owner")
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        holder = "another process"
        with contextlib.suppress(OSError):
            holder = owner.read_text()
        raise StorageError(f"{what}: {holder} {doing}") from None
    try:
        owner.write_text(f"process {os.getpid()} on host {socket.gethostname()}")
        yield
    finally:
        owner.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        lock.release()
