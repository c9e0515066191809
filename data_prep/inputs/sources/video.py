"""Frames of video files, with their times."""

import logging
import math
from fractions import Fraction

import av

from data_prep.inputs.framing import WHOLE
from data_prep.inputs.sources.cutting import is_cut
from data_prep.inputs.sources.scaling import Scaler
from data_prep.inputs.sources.source import BadFileError, Source, check_size
from vgan.core.errors import DataError
from vgan.media import clock
from vgan.media.container import open_file
from vgan.media.decoding import decoded
from vgan.media.stream import look, seconds, video_stream

_FAR = Fraction(10)  # Seconds; to what begins later a container is wound forward.

logging.getLogger("libav").setLevel(logging.CRITICAL)  # Reasons go to skipped.jsonl.


class VideoSource(Source):
    """A video file, or a stretch of it.

    Args:
      path: the file.
      settings: `Settings`.
      start, end: seconds of the stretch, from `start` and before `end`.
    Raises:
      BadFileError: it can't be decoded, or is too large.
      MemoryError: there is too little for it.

    Attributes:
      fps: of what `frames` gives, or None where the file's own are absurd.
    """

    def __init__(self, path, settings, start=0.0, end=math.inf):
        super().__init__(settings)
        self._path = path
        self._start, self._end = Fraction(start).limit_denominator(10**6), end
        if end < math.inf:
            self._end = Fraction(end).limit_denominator(10**6)  # 0.9 is a little above 9 / 10.
        self._open().close()
        try:
            seen = look(path, self._check_size)
        except MemoryError:  # PyAV's is an FFmpegError too.
            raise
        except (av.FFmpegError, ValueError) as error:
            raise BadFileError(f"can't be decoded: {_plain(error)}") from None
        self._begin, self.size, self.notes = seen.begin, seen.size, seen.notes
        self._step = 1 / (seen.rate or Fraction(25))
        self._rate = Fraction(settings.fps) if settings.fps else seen.rate
        self.fps = settings.fps or (seen.rate and float(seen.rate))

    def frames(self, framing=WHOLE):
        """See `Source`; raises BadFileError where they become too large on the way."""
        with self._open() as container:
            stream = video_stream(container)
            scale = Scaler(framing, self._settings.background, stream.sample_aspect_ratio or 1)
            if self._start > _FAR and self._leads_there():
                self._wind(container, stream)
            timed = self._stretch(self._decoded(container, stream))
            if not self._rate:
                yield from (scale(frame) for _, frame in timed)
                return
            try:
                end = self._end - self._start
                yield from map(scale, clock.sampled(timed, self._rate, self._step, end))
            except clock.ClockError as error:
                self.broken = str(error)

    def _wind(self, container, stream):
        """Winds forward to some way before the stretch, since containers miss what they seek."""
        target = self._start + self._begin - _FAR / 2
        container.seek(int(target / stream.time_base), stream=stream)

    def _leads_there(self):
        """Whether winding leads to before the stretch, and to times that can be relied on."""
        with self._open() as container:
            if container.format.name == "mpeg":
                return False  # After a seek its frames come a step late.
            stream = video_stream(container)
            try:
                self._wind(container, stream)
                first = next(_decode(container, stream), None)
            except (av.FFmpegError, OverflowError):
                return False
            time = first and clock.time_of(first, self._begin)
            return time is not None and time <= self._start

    def _open(self):
        try:
            container = open_file(self._path)
        except MemoryError:
            raise
        except (av.FFmpegError, OSError, ValueError) as error:
            raise BadFileError(f"can't be opened as a video: {_plain(error)}") from None
        try:
            video_stream(container)
        except ValueError as error:
            container.close()
            raise BadFileError(f"can't be opened as a video: {error}") from None
        return container

    def _check_size(self, height, width):
        if min(height, width) < 1:  # FFmpeg gives none where it's absurd.
            raise BadFileError("its frames have no size, or one that is too large")
        check_size(height, width, self._settings)

    def _decoded(self, container, stream):
        """Frames with their times in seconds; `broken` is set where they end too early."""
        timed = clock.Clock(_decode(container, stream), self._begin, self._step)
        self.broken = ""
        try:
            for time, frame in timed:
                self._check_size(frame.height, frame.width)
                yield time, frame
        except MemoryError:  # PyAV's is an FFmpegError too.
            raise
        except (av.FFmpegError, ValueError) as error:
            self.broken = f"can't be decoded after {timed.count} frames: {_plain(error)}"
            return
        if timed.is_short(stream.frames, seconds(container, stream, self._begin)):
            self.broken = f"ends after {timed.count} of {stream.frames} frames"
        elif is_cut(self._path):
            self.broken = f"the file was cut off, after {timed.count} frames"

    def _stretch(self, timed):
        """Frames of the stretch, timed from where its first sample lies."""
        origin = self._start if self._settings.fps or not self._start else None
        for time, frame in timed:
            if time >= self._end:
                self.broken = ""
                return
            if time >= self._start:
                origin = time if origin is None else origin
                yield time - origin, frame


def _decode(container, stream):
    stream.codec_context.thread_count = 1  # What is salvaged is then the same everywhere.
    return decoded(container, stream)


def _plain(error):
    if isinstance(error, DataError):
        return "not a regular file"
    return getattr(error, "strerror", None) or str(error)
