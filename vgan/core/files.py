"""Files and folders that appear whole or not at all: the one way in which vgan writes them."""

import contextlib
import os
import secrets
import socket
import tempfile
from pathlib import Path

import filelock

from vgan.core.errors import StorageError, UsageError


@contextlib.contextmanager
def replacing(path):
    """Gives a path to write to, and moves it to `path` at the end; after an error it is removed.

    Args:
      path: `Path` of the file that appears as a whole or not at all.
    Raises:
      StorageError: the file can't be written.
    """
    # Absolute, since FFmpeg takes what precedes a colon in a relative name for a protocol. Without
    # the name of the file, since TensorBoard reads whatever has "tfevents" in it.
    temporary = path.absolute().with_name(f".{secrets.token_hex(8)}.tmp")
    try:
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

    What was at `path` before stays in place until then.
    """
    path = Path(path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as aside:
        incomplete, before = Path(aside) / "incomplete", Path(aside) / "before"
        incomplete.mkdir()
        yield incomplete
        take_name(incomplete, path, before)


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
