"""Opening the files of others: none but the one that is named, and one clear error."""

import contextlib
from pathlib import Path

import av

from vgan.core.errors import DataError, VganError, told

# A playlist named .mp4 must not open another file, nor a name such as http:x.mp4 a socket.
_SAFE = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,gif,mpeg,mpegts,mpegvideo,"
    "apng,flv,asf,ogg,yuv4mpegpipe",
}


def open_file(path):
    """A PyAV container of a local file, and of no other than this."""
    if not Path(path).is_file():
        raise DataError(f"video {str(path)!r}: no such file. Check the path")
    # Absolute, since FFmpeg takes what precedes a colon in a relative name for a protocol.
    return av.open(str(Path(path).absolute()), options=_SAFE)


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
            "or .png"
        ) from None
