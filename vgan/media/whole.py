"""Reading video files whole, each frame as it was written, for what compares values."""

import numpy as np

from vgan.media.container import open_file
from vgan.media.decoding import decoded, pixels
from vgan.media.failures import reading
from vgan.media.still import check_size
from vgan.media.stream import look, video_stream

SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".apng")
"""What is taken for a video; not GIF, whose writers merge equal frames."""

_MOST_BYTES = 2**30  # Of one clip; a small file can unfold to any number.
_LOSSLESS = ("ffv1", "rawvideo", "png", "apng", "huffyuv", "ffvhuff", "utvideo")
_FULL_COLOUR = ("rgb", "bgr", "gbr", "0rgb", "0bgr", "argb", "abgr")


def read_video(path):
    """All frames of a video file, and the codec that it lost something by.

    Args:
      path: the file.
    Returns:
      uint8 [T, H, W, 3], RGB, upright, over black; and text such as "h264 yuv420p", empty where
      every value is kept.
    Raises:
      DataError: it can't be decoded, or is too large; damage that the decoder conceals isn't
        noticed.
    """
    with reading(path), open_file(path) as container:
        stream = video_stream(container)
        seen = look(path, check_size)
        if seen.corrupt:
            raise ValueError("some of it is missing")
        stream.codec_context.options = {"err_detect": "explode"}  # Rather than to conceal damage.
        frames, most = [], _MOST_BYTES // (3 * seen.size[0] * seen.size[1])
        for frame in decoded(container, stream):
            if len(frames) == most:
                raise ValueError(f"more than {most} frames of {seen.size[1]}x{seen.size[0]} pixels")
            frames.append(pixels(frame, seen.size, seen.placing))
        codec, colours = stream.codec_context.name, stream.codec_context.pix_fmt or ""
    kept = codec in _LOSSLESS and colours.startswith(_FULL_COLOUR)
    return np.stack(frames), "" if kept else f"{codec} {colours}"
