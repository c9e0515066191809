"""The sound of one file, put into another beside new pictures."""

import contextlib
from fractions import Fraction

import av
from absl import logging

from vgan.core.errors import DataError
from vgan.media.container import open_file
from vgan.media.failures import reading

_TAKEN_BY_MP4 = ("aac", "mp3", "ac3", "eac3", "alac", "opus", "flac")
_AAC_RATES = (48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
_AAC_BITS_A_CHANNEL = 96_000
_RUN_UP = Fraction(1, 10)  # Seconds that a decoder may need before the first picture.
_LONGEST_GAP = 3600  # Seconds.


class Sound:
    """Copies the first sound track of a file into an mp4 container, packet by packet.

    What mp4 takes is copied as it is, anything else becomes AAC. Sound and pictures keep the
    distance in time that they have in the file. Pictures are never lost for the sound: where that
    is damaged there is silence, and from where it can't be read on; both are told in the log.

    Args:
      path: the file that has the sound.
      begin: when its pictures begin by its own clock, seconds.
      container: an mp4 container in which nothing was written yet.
    Raises:
      DataError: the file can't be read.
    """

    def __init__(self, path, begin, container):
        self._path, self._begin, self._container = path, begin, container
        self._packets_left, self._next, self._damaged = iter(()), None, 0
        with reading(path):
            self._source = open_file(path)
        with self._or_silence():
            self._packets_left = self._packets()

    def mux(self, until):
        """Writes the packets that begin before `until` seconds."""
        while (packet := self._peek()) and _time(packet) < until:
            self._next = None
            try:
                self._container.mux(packet)
            except av.InvalidDataError:
                self._damaged += 1

    def _peek(self):
        if self._next is None:
            with self._or_silence():
                self._next = next(self._packets_left, None)
        return self._next

    @contextlib.contextmanager
    def _or_silence(self):
        try:
            with reading(self._path, "sound of"):
                yield
        except DataError as error:
            logging.warning("%s. There is silence from here on", error)
            self._packets_left = iter(())

    def close(self):
        """Closes the file that has the sound."""
        self._source.close()
        if self._damaged:
            logging.warning(
                "sound of %r: %d packets are damaged, silence is in their place",
                str(self._path), self._damaged,
            )  # fmt: skip

    def _packets(self):
        if not self._source.streams.audio:
            return iter(())
        stream = self._source.streams.audio[0]
        if stream.codec_context is None:
            raise ValueError("the codec of its sound is unknown")
        if stream.codec_context.codec.canonical_name in _TAKEN_BY_MP4:
            return _copied(
                self._source, stream, self._begin, self._container.add_stream_from_template(stream)
            )
        rate = stream.rate if stream.rate in _AAC_RATES else _AAC_RATES[0]
        layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        encoder = self._container.add_stream("aac", rate=rate, layout=layout)
        encoder.bit_rate = _AAC_BITS_A_CHANNEL * encoder.codec_context.channels
        return _encoded(self._decoded(stream), self._begin, encoder)

    def _decoded(self, stream):
        for packet in self._source.demux(stream):
            try:
                yield from packet.decode()
            except av.InvalidDataError:
                self._damaged += 1


def _copied(source, stream, begin, target):
    packets = (packet for packet in source.demux(stream) if packet.size)
    for packet in _timed(packets, begin):
        if _time(packet) >= -_RUN_UP:
            packet.dts, packet.stream = packet.pts, target
            yield packet


def _encoded(frames, start, encoder):
    for frame in _timed(frames, start):
        if frame.pts >= 0:
            yield from encoder.encode(frame)
    yield from encoder.encode()


def _timed(pieces, start):
    """Packets or frames whose times count from `start` and grow; a clock that falls back is ours.

    Sound is never reordered, so that one time is enough.
    """
    last, step, shift = None, 0, 0
    for piece in pieces:
        stamp = piece.dts if piece.pts is None else piece.pts
        time = None if stamp is None else stamp - round(start / piece.time_base) + shift
        if time is None:
            time = 0 if last is None else last + step
        elif last is not None and time <= last:
            shift += last + step - time
            time = last + step
        step = max(piece.duration or 0, 1)
        if max(step, time - (last or 0)) * piece.time_base > _LONGEST_GAP:
            raise ValueError("the time stamps of its sound are damaged")
        last = time
        piece.pts = time
        yield piece


def _time(packet):
    return packet.pts * packet.time_base
