"""Whether a file was cut off, of containers that don't say how many frames they have."""

import os

_MATROSKA, _SEGMENT = b"\x1aE\xdf\xa3", b"\x18S\x80g"
_GIF_END = b";"


def is_cut(path):
    """Whether a Matroska, WebM or GIF file ends before it should; of others it isn't known.

    A Matroska file says how long its segment is (RFC 9559, 5.1), unless it was recorded live; a
    GIF file ends in a semicolon (GIF89a, 27).
    """
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        start = file.read(4)
        if start == b"GIF8":
            file.seek(-1, os.SEEK_END)
            return file.read() != _GIF_END
        header = _length(file) if start == _MATROSKA else None
        if header is None:
            return False
        file.seek(header, os.SEEK_CUR)
        if file.read(4) != _SEGMENT:
            return False
        segment = _length(file)
        return segment is not None and file.tell() + segment > size


def _length(file):
    """The length that stands here in the file, None where it's unknown (RFC 8794, 4 and 6.2)."""
    first = file.read(1)
    more = 8 - first[0].bit_length() if first and first[0] else 8
    if more == 8:
        return None
    value = int.from_bytes(first + file.read(more), "big")
    whole = (1 << 7 * (more + 1)) - 1
    return None if value & whole == whole else value & whole
