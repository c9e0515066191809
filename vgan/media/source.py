"""Video files and pictures of any size and length, one frame at a time."""

import dataclasses
import functools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from absl import logging

from vgan.core.errors import DataError
from vgan.media import animation, clock
from vgan.media.container import open_file
from vgan.media.decoding import decoded, pixels
from vgan.media.failures import reading
from vgan.media.still import PICTURE_SUFFIXES, check_size, read_picture
from vgan.media.stream import look, seconds, video_stream

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
      begin: when its first frame is shown by the file's own clock, seconds.
      frames_read: how many the latest iteration has given.
    """

    path: Path
    fps: Fraction
    size: tuple[int, int]
    pixel_aspect: Fraction
    num_frames: int | None
    has_audio: bool
    _read: Callable = dataclasses.field(repr=False)
    begin: Fraction = Fraction(0)
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


def is_picture(path):
    """Whether a file is a still picture by its suffix, and not an animation."""
    return path.suffix.lower() in PICTURE_SUFFIXES and not animation.kind_of(path)


def open_video(path):
    """Opens a video, or a picture as a video of one frame.

    Frames come at an even rate: where the file's vary, its time stamps say which frame is shown
    when. They are upright, of one size, not interlaced, and over black where they are transparent.
    What is unusual about the file is a line of the log.

    Args:
      path: the file; `PICTURE_SUFFIXES` are pictures, unless they are animations.
    Returns:
      A `VideoSource`. Iterating it raises DataError at a frame that can't be decoded, and warns
      of a file that ends before the time it announces.
    Raises:
      DataError: it can't be read, or is too large.
    """
    path = Path(path)
    with reading(path):
        still = is_picture(path)
    if still:
        picture = read_picture(path)
        size = picture.shape[:2]
        return VideoSource(path, _DEFAULT_FPS, size, Fraction(1), 1, False, lambda: iter([picture]))
    with reading(path), open_file(path) as container:
        stream = video_stream(container)
        seen = look(path, check_size)
        if seen.notes:
            logging.warning("video %r: %s", str(path), "; ".join(seen.notes))
        aspect = stream.sample_aspect_ratio or Fraction(1)
        if seen.placing.transposed:
            aspect = 1 / aspect
        fps, count = seen.rate or _DEFAULT_FPS, stream.frames or None
        if announced := seconds(container, stream, seen.begin):
            count = round(announced * fps)
        read = functools.partial(_decode, path, fps, seen)
        sound = bool(container.streams.audio)
        return VideoSource(path, fps, seen.size, aspect, count, sound, read, seen.begin)


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


def _decode(path, fps, seen):
    with reading(path), open_file(path) as container:
        stream = video_stream(container)
        stream.thread_type = "AUTO"
        timed = clock.Clock(decoded(container, stream), seen.begin, 1 / fps)
        last = shown = None
        for frame in clock.sampled(timed, fps, 1 / fps):
            if frame is not last:
                last, shown = frame, pixels(frame, seen.size, seen.placing)
            yield shown
        if timed.is_short(stream.frames, seconds(container, stream, seen.begin)):
            logging.warning(
                "video %r: ends after %d frames of %d, its rest is damaged or missing",
                str(path), timed.count, stream.frames,
            )  # fmt: skip
