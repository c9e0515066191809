"""Files and folders that appear whole or not at all: the one way in which vgan writes them."""

import contextlib
import fcntl
import functools
import os
import re
import secrets
import shutil
import socket
import time
from pathlib import Path

import filelock

from vgan.core.errors import StorageError, UsageError

_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.tmp")
_NEW = 60  # Seconds in which whoever made a temporary may not hold it yet.


@contextlib.contextmanager
def replacing(path):
    """Gives a path to write to, and moves it to `path` at the end; after an error it is removed.

    Its folder is made if there is none. What a killed process left there is swept.

    Args:
      path: `Path` of the file that appears as a whole or not at all.
    Raises:
      StorageError: the file can't be written.
    """
    temporary = _temporary(path)
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
    aside = _temporary(path)
    incomplete, before = aside / "incomplete", aside / "before"
    for folder in (aside, incomplete, before):
        folder.mkdir()
    try:
        with _held(aside):
            yield incomplete
            take_name(incomplete, path, before / path.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _temporary(path):
    # Absolute, since FFmpeg takes what precedes a colon in a relative name for a protocol. Without
    # the name of the file, since TensorBoard reads whatever has "tfevents" in it.
    return path.absolute().with_name(f".{secrets.token_hex(8)}.tmp")


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
    with contextlib.suppress(OSError):  # It may not be listed.
        for name in os.listdir(folder):
            if _TEMPORARY.fullmatch(name):
                with contextlib.suppress(OSError):  # It is another's, or just finished.
                    _remove_left(folder / name)


def _remove_left(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if time.time() - os.fstat(descriptor).st_mtime < _NEW:
            return
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not path.is_dir():
            path.unlink()
            return
        for old in (path / "before").iterdir():  # The kill came between two renames.
            if not os.path.lexists(path.parent / old.name):
                old.rename(path.parent / old.name)
        shutil.rmtree(path)
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
    except BaseException:  # Such as a signal's.
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
