"""What a file is, by its first bytes and never by its suffix."""

import os

from vgan.media import animation

_LENGTH = 400
_MP4_BOXES = (b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid")
_VIDEOS = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"GIF8",
    b"\0\0\1\xba",  # MPEG-1 and -2
    b"\0\0\1\xb3",
    b"FLV\1",
    b"OggS",
    b"0&\xb2u\x8ef\xcf\x11",  # ASF, WMV
    b"YUV4MPEG2",
)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")


def kind_of(path):
    """The kind of a file's contents.

    Returns:
      "video", "picture", "npy", "npz", "hdf5", or "" for what is none of them.
    Raises:
      OSError: it can't be read.
    """
    if not os.path.isfile(path):
        return ""  # To open a named pipe would wait for ever.
    with open(path, "rb") as file:
        head = file.read(_LENGTH)
    if head[:4] == b"RIFF":
        of = {b"AVI ": "video", b"WEBP": "picture"}.get(head[8:12], "")
        return "video" if of == "picture" and animation.kind_of(path) else of
    if head[4:8] in _MP4_BOXES or head.startswith(_VIDEOS) or _is_transport_stream(head):
        return "video"
    if head.startswith(_PICTURES):
        return "video" if animation.kind_of(path) else "picture"
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.startswith(b"\x89HDF"):
        return "hdf5"
    return "npz" if head[:4] == b"PK\3\4" and b".npy" in head[30:160] else ""


def _is_transport_stream(head):
    # Camcorders (MTS, M2TS) put four bytes of time before each packet.
    return any(head[at::step][:3] == b"GGG" for at, step in ((0, 188), (4, 192)))
