"""Video files and pictures of any size and length, one frame at a time."""

import dataclasses
import functools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from absl import logging

from vgan.core.errors import DataError
from vgan.media import clock
from vgan.media.container import open_file, reading
from vgan.media.still import PICTURE_SUFFIXES, check_size, read_picture
from vgan.media.stream import (
    begin,
    colour_matrix,
    even_rate,
    placing,
    seconds,
    upright_size,
    video_stream,
)

_DEFAULT_FPS = Fraction(25)


@dataclasses.dataclass(eq=False)
class VideoSource:
    """Frames of a file, uint8 `[H, W, 3]`, RGB, upright; each iteration reads from the start.

    Attributes:
      path: the file.
      fps: frames per second, a `Fraction`; 25 for a picture.
      size: height and width in pixels, all frames alike.
      pixel_aspect: width of a pixel over its height, a `Fraction`, for the writer; mostly 1.
      num_frames: what the file announces, for a progress bar; None where it doesn't say how long
        its pictures last.
      has_audio: whether it has sound.
      frames_read: how many the latest iteration has given.
    """

    path: Path
    fps: Fraction
    size: tuple[int, int]
    pixel_aspect: Fraction
    num_frames: int | None
    has_audio: bool
    _read: Callable = dataclasses.field(repr=False)
    frames_read: int = dataclasses.field(default=0, init=False)

    @property
    def seconds_read(self):
        """When the last frame that was read ends, a `Fraction`; at the end, when the video does."""
        return self.frames_read / self.fps

    def __iter__(self):
        self.frames_read = 0
        for frame in self._read():
            self.frames_read += 1
            yield frame


def open_video(path):
    """Opens a video, or a picture as a video of one frame.

    Frames come at an even rate: where the file's vary, its time stamps say which frame is shown
    when. Rotation is undone; frames whose size changes are brought to that of the first.

    Args:
      path: the file; `PICTURE_SUFFIXES` are pictures.
    Returns:
      A `VideoSource`. Iterating it raises DataError at a frame that can't be decoded, and warns
      of a file that ends before the time it announces.
    Raises:
      DataError: it can't be read, or is too large.
    """
    path = Path(path)
    if path.suffix.lower() in PICTURE_SUFFIXES:
        picture = read_picture(path)
        size = picture.shape[:2]
        return VideoSource(path, _DEFAULT_FPS, size, Fraction(1), 1, False, lambda: iter([picture]))
    with reading(path), open_file(path) as container:
        stream = video_stream(container)
        check_size(stream.codec_context.height, stream.codec_context.width)
        first = next(container.decode(stream), None)
        if first is None:
            raise ValueError("no frame in it")
        count = stream.frames or None
        placed = placing(first)
        size, aspect = upright_size(first), stream.sample_aspect_ratio or Fraction(1)
        if placed.transposed:
            aspect = 1 / aspect
        fps = even_rate(path) or _DEFAULT_FPS
        if fps > (clock.rate(stream) or fps):
            logging.warning(
                "video %r: its frames come unevenly. At %g a second each of them is shown",
                str(path), fps,
            )  # fmt: skip
        if announced := seconds(container, stream):
            count = round(announced * fps)
        read = functools.partial(_decode, path, fps, size, placed, begin(container, first))
        return VideoSource(path, fps, size, aspect, count, bool(container.streams.audio), read)


def open_pictures(paths):
    """Opens several pictures of one size as a video; raises as `open_video` does."""
    size = read_picture(paths[0]).shape[:2]

    def read():
        for path in paths:
            picture = read_picture(path)
            if picture.shape[:2] != size:
                raise DataError(
                    f"picture {str(path)!r}: {picture.shape[1]}x{picture.shape[0]}, the first is "
                    f"{size[1]}x{size[0]}. Give pictures of one size"
                )
            yield picture

    first = Path(paths[0])
    return VideoSource(first, _DEFAULT_FPS, size, Fraction(1), len(paths), False, read)


def _decode(path, fps, size, placed, start):
    with reading(path), open_file(path) as container:
        stream = video_stream(container)
        stream.thread_type = "AUTO"
        timed = clock.Clock(container.decode(stream), start, 1 / fps)
        last = pixels = None
        for frame in clock.sampled(timed, fps, 1 / fps):
            if frame is not last:
                last, pixels = frame, _pixels(frame, size, placed)
            yield pixels
        if timed.is_short(stream.frames, seconds(container, stream)):
            logging.warning(
                "video %r: ends after %d frames of %d, its rest is damaged or missing",
                str(path), timed.count, stream.frames,
            )  # fmt: skip


def _pixels(frame, size, placed):
    transposed, rows_reversed, columns_reversed = placed
    height, width = size[::-1] if transposed else size
    pixels = frame.to_ndarray(
        format="rgb24", width=width, height=height, src_colorspace=colour_matrix(frame)
    )
    pixels = pixels.transpose(1, 0, 2) if transposed else pixels
    rows, columns = (slice(None, None, -1 if it else 1) for it in (rows_reversed, columns_reversed))
    return np.ascontiguousarray(pixels[rows, columns])
