"""Reading video files whole, each frame as it was written, for what compares values."""

import av
import numpy as np

from vgan.core.errors import DataError
from vgan.media.stream import video_stream

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
    try:
        # Absolute, since FFmpeg takes what precedes a colon in a relative name for a protocol.
        with av.open(str(path.absolute())) as container:
            stream = video_stream(container)
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
            codec, colours = stream.codec_context.name, stream.codec_context.pix_fmt or ""
        kept = codec in _LOSSLESS and colours.startswith(_FULL_COLOUR)
        return np.stack(frames), "" if kept else f"{codec} {colours}"
    except (av.FFmpegError, OSError, ValueError) as error:
        raise DataError(
            f"video {str(path)!r}: can't be decoded ({error}). Remove it from the folder"
        ) from None
