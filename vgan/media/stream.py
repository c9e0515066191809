"""What a video stream says of its frames, read alike wherever a file is opened."""

import contextlib
import itertools
import re
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from av.stream import Disposition

from vgan.core.arguments import is_rate
from vgan.media import clock
from vgan.media.container import open_file

COLOUR_MATRICES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020"}
"""FFmpeg's names of the colour matrices, by their numbers (ITU-T H.273, table 4)."""


_SURVEYED = 20_000  # Packets, some ten minutes; longer files go on as they begin.
_LEAST = Fraction(1, 240)  # Seconds from frame to frame; time stamps that are nearer are damaged.
_OF_COVERS = ("mjpeg", "png", "bmp", "gif", "tiff", "webp")


def video_stream(container):
    """The video stream of a container that players show: the default one, else the largest.

    A cover is none. Raises ValueError where there is no stream that can be read.
    """
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    found = [stream for stream in container.streams.video if not stream.disposition & covers]
    if not found:
        cover = "sound with a cover" if container.streams.video else "no pictures in it"
        raise ValueError(cover)
    found = [stream for stream in found if stream.codec_context is not None]
    if not found:
        raise ValueError("the codec of its pictures is unknown")
    # Not all containers mark covers.
    found = [s for s in found if s.codec_context.name not in _OF_COVERS or s.frames > 1] or found
    found = [s for s in found if s.disposition & Disposition.default] or found
    return max(found, key=lambda s: s.codec_context.width * s.codec_context.height)


def seconds(container, stream, begin):
    """How long the pictures that `begin` then last, as the file announces it, or None."""
    if stream.duration:
        return stream.duration * stream.time_base
    # Matroska says when each stream ends, if at all, as 00:00:01.200000000.
    end = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if end:
        hours, minutes, rest = map(Fraction, end.groups())
        return (60 * hours + minutes) * 60 + rest - begin
    # With others in it, a container lasts as long as the longest of them.
    alone = container.duration and len(container.streams) == 1
    return Fraction(container.duration, av.time_base) if alone else None


class Look(NamedTuple):
    """What a file says of its pictures, and what is done about what is unusual.

    Attributes:
      rate: frames a second at which each frame is shown, a `Fraction`; None where what the file
        says is absurd. That is its own rate where its frames come evenly. Telephones and recorders
        of screens leave frames out while nothing moves: at their average, others would be lost.
      begin: when the first frame is shown by the file's own clock, seconds.
      size: height and width of a frame as it is shown, pixels.
      placing: `Placing` of its frames.
      notes: list of texts, what is unusual.
      corrupt: whether the container says that some of it is missing.
    """

    rate: Fraction | None
    begin: Fraction
    size: tuple[int, int]
    placing: "Placing"
    notes: list
    corrupt: bool


def look(path, check):
    """The `Look` of a video file.

    Args:
      path: the file.
      check: called with a frame's height and width before any is decoded, raises where it must not
        be.
    Raises:
      ValueError: there is no frame in it; and what PyAV raises.
    """
    with open_file(path) as container:
        stream = video_stream(container)
        check(stream.codec_context.height, stream.codec_context.width)
        first, least, most, corrupt = _survey(container, stream)
        if first is None:
            raise ValueError("no frame in it")
        usual, placed = clock.rate(stream), placing(first)
        size = first.height, first.width
        rate = _even_rate(container, stream, usual, least, most)
        notes = list(_notes(container, stream, first, placed))
        if rate and usual and rate != usual:
            notes.append(f"its frames come unevenly; they are shown at {float(rate):g} a second")
        begin = _begin(container, stream, first)
        shown = size[::-1] if placed.transposed else size
        return Look(rate, begin, shown, placed, notes, corrupt)


def _notes(container, stream, first, placed):
    if (count := len(container.streams.video)) > 1:
        yield f"it has {count} streams of pictures; number {stream.index} is shown"
    if (count := len(container.streams.audio)) > 1:
        yield f"it has {count} tracks of sound; the first is kept where any is"
    if any(placed):
        yield "its frames are stored turned or mirrored; they are shown upright"
    if first.interlaced_frame:
        yield "it is interlaced; each frame is made of the lines of one moment"


def _even_rate(container, stream, usual, least, most):
    if least is None:
        return usual
    # In AVI, frames may be far apart, and nothing between them.
    sparse = container.format.name == "avi" and usual and least * usual > 2 - clock.LATE
    if usual is None or sparse:
        return 1 / least if is_rate(1 / least) else usual
    even = 1 - clock.LATE < least * usual and most * usual < 1 + clock.LATE
    if container.format.name == "avi" or even:
        return usual
    base = stream.base_rate
    return base if base and abs(base * least - 1) < clock.LATE else 1 / least


def _survey(container, stream):
    """The first frame; the fewest and most seconds between packets; whether any is corrupt."""
    first = before = least = most = None
    corrupt = False
    packets = itertools.islice(container.demux(stream), _SURVEYED)
    while (packet := _next(packets)) is not None:
        if first is None:
            first = next(iter(packet.decode()), None)
        corrupt = corrupt or packet.is_corrupt
        if packet.dts is None:
            continue
        if before is not None and (step := (packet.dts - before) * stream.time_base) >= _LEAST:
            least, most = min(least or step, step), max(most or step, step)
        before = packet.dts
    return first, least, most, corrupt


def _next(packets):
    with contextlib.suppress(av.FFmpegError):
        return next(packets, None)
    return None


def _begin(container, stream, first):
    if container.format.name == "avi":
        return (first.dts or 0) * stream.time_base  # See `decoding.decoded`.
    # The stream's own start may be that of another in the file.
    start = Fraction(0) if stream.start_time is None else stream.start_time * stream.time_base
    shown = clock.time_of(first, 0)
    return start if shown is None else shown if stream.start_time is None else max(start, shown)


class Placing(NamedTuple):
    """What makes a stored frame upright: one of eight ways, each step after those before it."""

    transposed: bool = False
    rows_reversed: bool = False
    columns_reversed: bool = False


def placing(frame):
    """The Placing of a decoded frame, by the display matrix nearest to its own.

    To be asked of few frames: PyAV then keeps one until garbage is collected, so that a decoder
    gets fresh memory for the next, and what it leaves out of a damaged one is different each time.

    Source: ISO/IEC 14496-12, 6.2.2: a pixel (x, y) is shown at (a x + c y, b x + d y).
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return Placing()
    a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5]
    if abs(int(b)) > abs(int(a)):
        return Placing(True, bool(b < 0), bool(c < 0))
    return Placing(False, bool(d < 0), bool(a < 0))


def colour_matrix(frame):
    """The number of a frame's colour matrix; by its size, as players do, where it isn't said."""
    known = frame.colorspace in COLOUR_MATRICES
    return int(frame.colorspace) if known else 1 if frame.height >= 720 else 5
