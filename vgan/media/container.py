"""Opening the files of others: none but the one that is named."""

from pathlib import Path

import av

from vgan.core.errors import DataError
from vgan.media import animation

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
    if animation.kind_of(path) in ("webp", "tiff"):
        return animation.opened(path)
    # Absolute, since FFmpeg takes what precedes a colon in a relative name for a protocol.
    return av.open(str(Path(path).absolute()), options=_SAFE)
