"""Whether what is being written will fit on the disk."""

import shutil

from data_prep.base.progress import warn
from vgan.core.errors import StorageError

_RESERVE = 64 * 2**20
_TOLD = 0.05  # Of the work, after which what is still to come can be reckoned.


class Space:
    """Watches the free space of a folder's disk.

    Args:
      folder: where it's written.
    """

    def __init__(self, folder):
        self._folder = folder
        self._before = self._free()
        self._warned = False
        self.check(0)

    def check(self, done):
        """Warns once if the disk will be full at this rate; raises StorageError before it is.

        Args:
          done: the part of the work that is done, 0 to 1.
        """
        free = self._free()
        if free < _RESERVE:
            raise StorageError(
                f"disk of {self._folder!r}: {free / 2**20:.0f} MiB are free. Free some space and "
                "run the same command again: it goes on where it was"
            )
        used = self._before - free
        if done > _TOLD and not self._warned and used * (1 - done) / done > free - _RESERVE:
            self._warned = True
            needed = used * (1 - done) / done / 2**20
            warn(f"at this rate {needed:.0f} MiB more are needed, {free / 2**20:.0f} MiB are free")

    def _free(self):
        return shutil.disk_usage(self._folder).free
