"""Frames of video files, with their times."""

import logging
import math
from fractions import Fraction

import av

from data_prep.inputs.framing import WHOLE
from data_prep.inputs.sources import timing
from data_prep.inputs.sources.cutting import is_cut
from data_prep.inputs.sources.errors import BadFileError
from data_prep.inputs.sources.scaling import Scaler, quarter_turns
from vgan.core.errors import DataError
from vgan.media.container import open_file, start_time

# FFmpeg's own decoders of these drop the transparency.
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
_FAR = Fraction(10)  # Seconds; to what begins later a container is wound forward.
_SLOWEST, _FASTEST = Fraction(1, 60), 1000  # Frames a second that a file can mean.

logging.getLogger("libav").setLevel(logging.CRITICAL)  # Reasons go to skipped.jsonl.


class VideoSource:
    """A video file, or a stretch of it.

    Args:
      path: the file.
      settings: `Settings`.
      start, end: seconds of the stretch, from `start` and before `end`.
    Raises:
      BadFileError: it can't be decoded, or is too large.
      MemoryError: there is too little for it.

    Attributes:
      fps: frames per second of what `frames` gives, or None where the file's own are absurd.
      size: height and width of the upright frame, pixels.
      broken: after `frames` has ended, why it ended before what the file announces, or "".
    """

    def __init__(self, path, settings, start=0.0, end=math.inf):
        self._path, self._settings = path, settings
        self._start, self._end = Fraction(start).limit_denominator(10**6), end
        if end < math.inf:
            self._end = Fraction(end).limit_denominator(10**6)  # 0.9 is a little above 9 / 10.
        self.broken = ""
        with self._open() as container:
            stream = container.streams.video[0]
            self._check_size(stream.codec_context.height, stream.codec_context.width)
            own = stream.average_rate or stream.guessed_rate
            self._own_rate = own if own and _SLOWEST <= own <= _FASTEST else None
            self.fps = settings.fps or (self._own_rate and float(self._own_rate))
            _, first = next(self._decoded(container, stream), (None, None))
            if first is None:
                raise BadFileError(self.broken or "no frame could be decoded")
            upright = quarter_turns(first) % 2 == 0
            self.size = (first.height, first.width) if upright else (first.width, first.height)

    def frames(self, framing=WHOLE):
        """Reads the frames from the start, uint8 `[H, W, 3]`, RGB, upright, as framed.

        Raises:
          BadFileError: they became too large on the way.
        """
        with self._open() as container:
            stream = container.streams.video[0]
            scale = Scaler(framing, self._settings.background, stream.sample_aspect_ratio or 1)
            if self._start > _FAR and self._leads_there():
                self._wind(container, stream)
            timed = self._stretch(self._decoded(container, stream))
            if not self._settings.fps:
                yield from (scale(frame) for _, frame in timed)
                return
            shown = 1 / (self._own_rate or Fraction(25))
            try:
                yield from map(scale, timing.sampled(timed, Fraction(self._settings.fps), shown))
            except timing.ClockError as error:
                self.broken = str(error)

    def _wind(self, container, stream):
        """Winds forward to some way before the stretch, since containers miss what they seek."""
        target = self._start + start_time(container) - _FAR / 2
        container.seek(int(target / stream.time_base), stream=stream)

    def _leads_there(self):
        """Whether winding leads to before the stretch, and to times that can be relied on."""
        with self._open() as container:
            if container.format.name == "mpeg":
                return False  # After a seek its frames come a step late.
            stream = container.streams.video[0]
            try:
                self._wind(container, stream)
                first = next(_decode(container, stream), None)
            except (av.FFmpegError, OverflowError):
                return False
            time = first and _time(first, start_time(container))
            return time is not None and time <= self._start

    def _open(self):
        try:
            container = open_file(self._path)
        except MemoryError:
            raise
        except (av.FFmpegError, OSError, ValueError) as error:
            raise BadFileError(f"can't be opened as a video: {_plain(error)}") from None
        stream = next(iter(container.streams.video), None)
        if stream is None or stream.codec_context is None:
            container.close()
            raise BadFileError("can't be opened as a video: no pictures of a known codec in it")
        return container

    def _check_size(self, height, width):
        limit = self._settings.max_pixels
        if min(height, width) < 1:  # FFmpeg gives none where it's absurd.
            raise BadFileError("its frames have no size, or one that is too large")
        if height * width > limit:
            raise BadFileError(f"{width}x{height} pixels: at most {limit} are read (--max_pixels)")

    def _decoded(self, container, stream):
        """Frames with their times in seconds; `broken` is set where they end too early."""
        step = 1 / (self._own_rate or Fraction(25))
        begin, count, time = start_time(container), 0, 0
        stamped = ((_time(frame, begin), frame) for frame in _decode(container, stream))
        self.broken = ""
        try:
            for time, frame in timing.growing(stamped, step):
                self._check_size(frame.height, frame.width)
                count += 1
                yield time, frame
        except MemoryError:  # PyAV's is an FFmpegError too.
            raise
        except (av.FFmpegError, ValueError) as error:
            self.broken = f"can't be decoded after {count} frames: {_plain(error)}"
            return
        seconds = stream.duration * stream.time_base if stream.duration else 0
        if not seconds and container.duration:
            seconds = Fraction(container.duration, av.time_base)
        if count < stream.frames and time < seconds - 2 * step:
            self.broken = f"ends after {count} of {stream.frames} frames"
        elif is_cut(self._path):
            self.broken = f"the file was cut off, after {count} frames"

    def _stretch(self, timed):
        for time, frame in timed:
            if time >= self._end:
                self.broken = ""
                return
            if time >= self._start:
                yield time - self._start, frame


def _decode(container, stream):
    decoder = _WITH_ALPHA.get(stream.codec_context.name)
    if decoder and stream.metadata.get("alpha_mode") == "1":
        context = av.CodecContext.create(decoder, "r")
        packets = container.demux(stream)
        return (frame for packet in packets for frame in context.decode(packet))
    stream.codec_context.thread_count = 1  # What is salvaged is then the same everywhere.
    return container.decode(stream)


def _time(frame, begin):
    return None if frame.pts is None else frame.pts * frame.time_base - begin


def _plain(error):
    if isinstance(error, DataError):
        return "not a regular file"
    return getattr(error, "strerror", None) or str(error)
