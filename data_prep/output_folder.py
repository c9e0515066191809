"""A folder that appears by one rename when it is complete."""

import contextlib
import os
import shutil

from vgan.errors import StorageError


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
    _check_free(path, overwrite, mark)
    incomplete, old = (f"{path}.{state}-{os.getpid()}" for state in ("incomplete", "old"))
    shutil.rmtree(incomplete, ignore_errors=True)  # Left by a killed run that had our number.
    os.makedirs(incomplete)
    try:
        yield incomplete
        _check_free(path, overwrite, mark)
        if os.path.lexists(path):
            os.rename(path, old)
        os.rename(incomplete, path)
    finally:
        if os.path.isdir(old) and not os.path.lexists(path):
            os.rename(old, path)
        shutil.rmtree(incomplete, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _check_free(path, overwrite, mark):
    if not os.path.lexists(path):
        return
    if not overwrite:
        raise StorageError(f"output {path!r}: it exists. Add --overwrite or name another --output")
    if not os.path.isfile(os.path.join(path, mark)):
        raise StorageError(
            f"output {path!r}: holds no {mark}, so --overwrite leaves it alone. Name another"
        )
