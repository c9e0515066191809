"""Whether a file was cut off, of containers that don't say how many frames they have."""

import os

_MATROSKA, _SEGMENT = b"\x1aE\xdf\xa3", b"\x18S\x80g"
_GIF_IMAGE, _GIF_EXTENSION, _GIF_END = b",!;"


def is_cut(path):
    """Whether a Matroska, WebM or GIF file ends before it should; of others it isn't known.

    A Matroska file says how long its segment is (RFC 9559, 5.1), unless it was recorded live; the
    blocks of a GIF file end in a trailer (GIF89a, 27), and what follows that is no part of it.
    """
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        start = file.read(4)
        if start == b"GIF8":
            return not _gif_ends(file)
        header = _length(file) if start == _MATROSKA else None
        if header is None:
            return False
        file.seek(header, os.SEEK_CUR)
        if file.read(4) != _SEGMENT:
            return False
        segment = _length(file)
        return segment is not None and file.tell() + segment > size


def _gif_ends(file):
    """Whether the blocks of a GIF file, of which four bytes are read, come to their trailer."""
    file.seek(2 + 4, os.SEEK_CUR)
    _skip_colours(file)
    while kind := file.read(1):
        if kind[0] == _GIF_END:
            return True
        if kind[0] == _GIF_IMAGE:
            file.seek(8, os.SEEK_CUR)
            _skip_colours(file, after=1)  # The size of the smallest code.
        elif kind[0] == _GIF_EXTENSION:
            file.seek(1, os.SEEK_CUR)
        else:
            return False
        while (size := file.read(1)) and size[0]:
            file.seek(size[0], os.SEEK_CUR)
    return False


def _skip_colours(file, after=2):
    """Skips what a byte of flags announces: a table of colours; and `after` bytes besides."""
    flags = (file.read(1) or b"\0")[0]
    file.seek(after + (3 << (flags & 7) + 1 if flags & 0x80 else 0), os.SEEK_CUR)


def _length(file):
    """The length that stands here in the file, None where it's unknown (RFC 8794, 4 and 6.2)."""
    first = file.read(1)
    more = 8 - first[0].bit_length() if first and first[0] else 8
    if more == 8:
        return None
    value = int.from_bytes(first + file.read(more), "big")
    whole = (1 << 7 * (more + 1)) - 1
    return None if value & whole == whole else value & whole
