"""Measurements of real data, kept on disk under a digest of all that determines them."""

import hashlib
import os
from pathlib import Path

import numpy as np
from absl import logging

from vgan.core.errors import StorageError
from vgan.core.files import replacing

_DIGEST = "digest of the others"


def default_folder():
    """Where measurements are kept unless a flag says otherwise: in the user's cache folder.

    None for a user who has no home, as in containers.
    """
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vgan"
    except RuntimeError:
        logging.warning("this user has no home, so that no measurements are kept. Give --cache")
        return None


class Cache:
    """A folder of arrays by name.

    Args:
      folder: made when something is first kept; with None nothing is kept.
    """

    def __init__(self, folder):
        self._folder = None if folder is None else Path(folder)

    def get(self, key, compute):
        """A dict of arrays: what was kept under `key`, or else `compute()`, which is then kept.

        Args:
          key: a tuple of text and numbers that determines the arrays.
          compute: gives a dict of arrays.
        """
        if self._folder is None:
            return compute()
        path = self._folder / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}.npz"
        if os.path.exists(path):  # Unlike Path.exists it is false where one may not look.
            try:
                with np.load(path) as kept:
                    found = dict(kept)
                if found.pop(_DIGEST).tobytes() == _digest(found):
                    return found
                raise ValueError("it holds something else")
            except Exception:  # What a damaged file raises depends on the byte.
                logging.warning("cached features %r are damaged, computing them again", str(path))
        found = compute()
        try:
            with replacing(path) as temporary:
                digest = np.frombuffer(_digest(found), np.uint8)
                with temporary.open("wb") as file:
                    np.savez(file, **found, **{_DIGEST: digest})
        except StorageError as error:
            reason = error.__cause__.strerror
            logging.warning("features can't be cached in %r: %s", str(self._folder), reason)
        return found


def _digest(arrays):
    """A hash of the names and contents of some arrays."""
    whole = hashlib.blake2b(digest_size=16)
    for name, array in sorted(arrays.items()):
        whole.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.digest()
