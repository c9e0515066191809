"""Files that the page was given or that were made for it, known to it by numbers alone."""

import secrets
import threading
import typing
from pathlib import Path

from vgan.core.errors import DataError


class Kept(typing.NamedTuple):
    """A file: its path, and what whoever gave it calls it."""

    path: Path
    name: str


class Shelf:
    """Files in a folder, the oldest of which go when there are too many bytes of them.

    Args:
      folder: `Path` of a folder of its own.
      most_bytes: of all files together.
    """

    def __init__(self, folder, most_bytes=2**31):
        self._folder, self._most_bytes = folder, most_bytes
        self._files, self._lock = {}, threading.Lock()

    def put(self, suffix, write, name=""):
        """Keeps what `write(path)` writes, and gives its number, a random text."""
        number = secrets.token_hex(8)
        path = self._folder / f"{number}{suffix}"
        write(path)
        with self._lock:
            self._files[number] = Kept(path, name)
            while sum(kept.path.stat().st_size for kept in self._files.values()) > self._most_bytes:
                self._drop(next(iter(self._files)))
        return number

    def get(self, number):
        """The Kept of a number; raises DataError."""
        with self._lock:
            if number not in self._files:
                raise DataError("this file is gone from the server. Make it or give it again")
            return self._files[number]

    def drop(self, number):
        """Removes a file."""
        with self._lock:
            self._drop(number)

    def _drop(self, number):
        self._files.pop(number).path.unlink(missing_ok=True)
