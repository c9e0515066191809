"""Pictures that move: what FFmpeg has no decoder for becomes a video in memory."""

import functools
import io
import itertools
import os
from fractions import Fraction

import av
import numpy as np
from PIL import Image, ImageSequence

from vgan.media.still import FORMATS, check_size, levelled

_PNG, _LONGEST = b"\x89PNG\r\n\x1a\n", 2**29  # Bytes of all frames of one.


def kind_of(path):
    """What kind of animation a picture file is, or "" for a still picture and for other files.

    Returns:
      "png" or "webp", where it says that it is animated; "tiff", where it has pages of one size
      (others may be thumbnails, or a second view, as in the JPEG of telephones).
    Raises:
      OSError: it can't be read.
    """
    with open(path, "rb") as file:
        head = file.read(32).ljust(32)
        if head.startswith(_PNG):
            return "png" if _says_frames(file) else ""
    if head[:4] == b"RIFF":
        return "webp" if head[8:16] == b"WEBPVP8X" and head[20] & 2 else ""
    return "tiff" if head[:4] in (b"II*\0", b"MM\0*") and _has_equal_pages(path) else ""


def opened(path):
    """An animated WebP or TIFF as an open container of a lossless video, with its times."""
    status = os.stat(path)
    return av.open(io.BytesIO(_as_video(str(path), status.st_size, status.st_mtime_ns)))


def _says_frames(file):
    """Whether a PNG file announces an animation before its picture (its chunk acTL)."""
    file.seek(len(_PNG))
    while len(chunk := file.read(8)) == 8 and chunk[4:] != b"IDAT":
        if chunk[4:] == b"acTL":
            return int.from_bytes(file.read(4)) > 1
        file.seek(int.from_bytes(chunk[:4]) + 4, os.SEEK_CUR)
    return False


def _has_equal_pages(path):
    try:
        with Image.open(path, formats=["TIFF"]) as image:
            size = image.size
            image.seek(1)
            return image.size == size
    except Exception:  # What a damaged file raises depends on the byte; its reader will say.
        return False


@functools.lru_cache(maxsize=1)
def _as_video(path, *stamp):
    """The bytes of a Matroska file of an animation; `stamp` tells one of the same name apart."""
    del stamp
    file = io.BytesIO()
    with Image.open(path, formats=FORMATS) as image, av.open(file, "w", "matroska") as container:
        size = image.size
        check_size(*size[::-1])
        if image.n_frames * size[0] * size[1] * 4 > _LONGEST:
            raise ValueError(f"{image.n_frames} frames of {size[0]}x{size[1]} pixels")
        lengths = [_length(page) for page in _pages(image, size)]
        stream = container.add_stream("ffv1", rate=Fraction(1000, min(lengths)))
        stream.width, stream.height, stream.pix_fmt = *size, "bgra"
        stream.codec_context.time_base = Fraction(1, 1000)
        ends = itertools.accumulate(lengths)
        for page, length, end in zip(_pages(image, size), lengths, ends, strict=True):
            colours = np.asarray(levelled(page).convert("RGBA"))
            frame = av.VideoFrame.from_ndarray(colours, format="rgba")
            frame.pts, frame.time_base = end - length, Fraction(1, 1000)
            for packet in stream.encode(frame):
                packet.duration = length
                container.mux(packet)
        container.mux(stream.encode())
    return file.getvalue()


def _pages(image, size):
    """Those of a size: others are thumbnails, or masks."""
    return (page for page in ImageSequence.Iterator(image) if page.size == size)


def _length(page):
    page.load()  # Of WebP this is known only then.
    return max(1, round(page.info.get("duration") or 40))  # Milliseconds.
