"""Video files and pictures of any size and length, one frame at a time."""

import dataclasses
import functools
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from absl import logging
from av.video.reformatter import Colorspace

from vgan.core.errors import DataError
from vgan.media.container import open_file, reading, start_time
from vgan.media.still import PICTURE_SUFFIXES, check_size, read_picture

_PICTURE_FPS = Fraction(25)
_LONGEST_STILL = 3600  # Seconds; a damaged time stamp would repeat a frame for years.


@dataclasses.dataclass(eq=False)
class VideoSource:
    """Frames of a file, uint8 `[H, W, 3]`, RGB, upright; each iteration reads from the start.

    Attributes:
      path: the file.
      fps: frames per second, a `Fraction`; 25 for a picture.
      size: height and width in pixels, all frames alike.
      pixel_aspect: width of a pixel over its height, a `Fraction`, for the writer; mostly 1.
      num_frames: what the file announces, for a progress bar; None where it doesn't tell how long
        its pictures are.
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
        return VideoSource(path, _PICTURE_FPS, size, Fraction(1), 1, False, lambda: iter([picture]))
    with reading(path), open_file(path) as container:
        if not container.streams.video:
            raise ValueError("it holds no pictures")
        stream = container.streams.video[0]
        if stream.codec_context is None:
            raise ValueError("its codec is unknown")
        check_size(stream.codec_context.height, stream.codec_context.width)
        first = next(container.decode(stream), None)
        if first is None:
            raise ValueError("no frame in it")
        fps, count = _rate(stream), stream.frames or None
        size, aspect = (first.height, first.width), stream.sample_aspect_ratio or Fraction(1)
        if _quarter_turns(first) % 2:
            size, aspect = size[::-1], 1 / aspect
        if seconds := _seconds(container, stream):
            count = round(seconds * fps)
        read = functools.partial(_decode, path, fps, size)
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
    return VideoSource(first, _PICTURE_FPS, size, Fraction(1), len(paths), False, read)


def _rate(stream):
    # The average of a short file or a GIF is off where one frame is longer than the others. The
    # base is the true rate, but many times that in files whose frames come unevenly, or as fields.
    average, base = stream.average_rate or stream.guessed_rate, stream.base_rate
    if average and base and abs(base / average - 1) < 0.2:
        average = base
    return average if average and 0 < average <= 1000 else Fraction(25)


def _seconds(container, stream):
    if stream.duration:
        return stream.duration * stream.time_base
    # Matroska tells when each stream ends, if at all, as 00:00:01.200000000.
    if told := re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = map(Fraction, told.groups())
        return (60 * hours + minutes) * 60 + seconds - start_time(container)
    # With others in it, a container lasts as long as the longest of them.
    alone = container.duration and len(container.streams) == 1
    return Fraction(container.duration, av.time_base) if alone else None


def _quarter_turns(frame):
    return round(frame.rotation / 90) % 4


def _decode(path, fps, size):
    with reading(path), open_file(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        step, given, held, count = 1 / fps, 0, None, 0
        for time, frame in _timed(container.decode(stream), start_time(container), step):
            due = round(time * fps)
            if due - given > _LONGEST_STILL * fps:
                raise ValueError(f"frame {count} would come at {float(time):.0f} seconds")
            while held is not None and given < due:
                yield held
                given += 1
            held, count = _pixels(frame, size), count + 1
            shown = frame.duration * frame.time_base if frame.duration else step
        last = round((time + min(shown, _LONGEST_STILL)) * fps)
        for _ in range(max(1, last - given)):
            yield held
        announced = _seconds(container, stream)
        if count < stream.frames and announced and time < announced - 2 * step:
            logging.warning(
                "video %r: ends after %d frames of %d, its rest is damaged or missing",
                str(path), count, stream.frames,
            )  # fmt: skip


def _timed(frames, start, step):
    """Frames with their times, which only grow: a clock that falls back or is silent is ours."""
    time = -step
    for frame in frames:
        told = None if frame.pts is None else frame.pts * frame.time_base - start
        time = told if told is not None and told > time else time + step
        yield time, frame


def _pixels(frame, size):
    turns = _quarter_turns(frame)
    height, width = size[::-1] if turns % 2 else size
    # What isn't told is taken as players take it, by the size.
    untold = frame.colorspace == 2 and frame.height >= 720
    pixels = frame.to_ndarray(
        format="rgb24",
        width=width,
        height=height,
        src_colorspace=Colorspace.ITU709 if untold else None,
    )
    return np.ascontiguousarray(np.rot90(pixels, turns))
