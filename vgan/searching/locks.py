"""Work that several processes share: who holds a lock does a piece, and none is done twice."""

import contextlib

import filelock


@contextlib.contextmanager
def first_free(folder, names):
    """Holds the lock of the first of some pieces that no living process holds.

    Args:
      folder: Path of the lock files; names: of the pieces.
    Yields:
      the name, None if there is none.
    """
    for name in names:
        lock = filelock.FileLock(folder / f".{name}.lock")
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            continue
        try:
            yield name
        finally:
            lock.release()
        return
    yield None
