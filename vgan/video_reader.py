"""Reading video files, frame by frame as they were written, and pictures."""

import contextlib

import av
import numpy as np
from PIL import Image, ImageOps

from vgan.errors import DataError

SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".apng")
"""What is taken for a video; not GIF, whose writers merge equal frames."""

_LOSSLESS = ("ffv1", "rawvideo", "png", "apng", "huffyuv", "ffvhuff", "utvideo")
_FULL_COLOUR = ("rgb", "bgr", "gbr", "0rgb", "0bgr", "argb", "abgr")


def read_video(path):
    """All frames of a video file, and the codec that it lost something by.

    Args:
      path: the file.
    Returns:
      uint8 [T, H, W, 3], RGB, and text such as "h264 yuv420p", empty where every value is kept.
    Raises:
      DataError: it can't be decoded; damage that the decoder conceals isn't noticed.
    """
    with _opened(path, "Remove it from the folder") as (container, stream):
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        codec, colours = stream.codec_context.name, stream.codec_context.pix_fmt or ""
        kept = codec in _LOSSLESS and colours.startswith(_FULL_COLOUR)
        return np.stack(frames), "" if kept else f"{codec} {colours}"


def read_frames(path):
    """The frames of a video file, one by one.

    Args:
      path: the file.
    Yields:
      uint8 [H, W, 3], RGB, all of one size.
    Raises:
      DataError: it can't be decoded, or its frames change their size.
    """
    with _opened(path, "Give another file") as (container, stream):
        shape = None
        for frame in container.decode(stream):
            pixels = frame.to_ndarray(format="rgb24")
            if shape not in (None, pixels.shape):
                raise ValueError("its frames change their size")
            shape = pixels.shape
            yield pixels


def describe(path):
    """Frames a second, and the number of frames that the file announces; None where it says none.

    Raises:
      DataError: it can't be opened.
    """
    with _opened(path, "Give another file") as (_, stream):
        rate = float(stream.average_rate or 0)
        return rate if 0.01 <= rate <= 1000 else None, stream.frames or None


def read_picture(path):
    """A picture file, upright, uint8 [H, W, 3], RGB; raises DataError where it can't be read."""
    try:
        with Image.open(path) as image:
            return np.array(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(
            f"picture {str(path)!r}: can't be read ({error}). Give another file"
        ) from None


@contextlib.contextmanager
def _opened(path, advice):
    try:
        # Absolute, since FFmpeg takes what precedes a colon in a relative name for a protocol.
        with av.open(str(path.absolute())) as container:
            if not container.streams.video:
                raise ValueError("no video stream")
            yield container, container.streams.video[0]
    except (av.FFmpegError, OSError, ValueError) as error:
        raise DataError(f"video {str(path)!r}: can't be decoded ({error}). {advice}") from None
