"""What a failure to read a file of others becomes: one clear error."""

import contextlib

from vgan.core.errors import DataError, VganError, told


@contextlib.contextmanager
def reading(path, what="video"):
    """Turns each failure to read `path` into one DataError."""
    try:
        yield
    except VganError:
        raise
    except Exception as error:  # What a library raises at a damaged file depends on the byte.
        raise DataError(
            f"{what} {str(path)!r}: can't be read ({told(error)}). Convert it to an ordinary .mp4 "
            "or .png, or remove it"
        ) from None
