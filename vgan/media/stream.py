"""What a video stream says of its frames, read alike wherever a file is opened."""

import re
from fractions import Fraction

import av

from vgan.media.clock import time_of
from vgan.media.container import start_time

COLOUR_MATRICES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020"}
"""FFmpeg's names of the colour matrices, by their numbers (ITU-T H.273, table 4)."""


def video_stream(container):
    """The video stream of a container; raises ValueError where there is none that can be read."""
    if not container.streams.video:
        raise ValueError("no pictures in it")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise ValueError("the codec of its pictures is unknown")
    return stream


def seconds(container, stream):
    """How long the pictures last, as the file announces it; None where it doesn't."""
    if stream.duration:
        return stream.duration * stream.time_base
    # Matroska says when each stream ends, if at all, as 00:00:01.200000000.
    end = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if end:
        hours, minutes, rest = map(Fraction, end.groups())
        return (60 * hours + minutes) * 60 + rest - start_time(container)
    # With others in it, a container lasts as long as the longest of them.
    alone = container.duration and len(container.streams) == 1
    return Fraction(container.duration, av.time_base) if alone else None


def begin(container, first):
    """When a file's first frame is shown by the file's own clock, seconds."""
    stream = container.streams.video[0]
    # AVI has no times: FFmpeg's are late by what the decoder waits for.
    if stream.start_time is None or container.format.name == "avi":
        return time_of(first, 0) or Fraction(0)
    return stream.start_time * stream.time_base


def quarter_turns(frame):
    """How many times a stored frame is to be turned left by 90 degrees."""
    return round(frame.rotation / 90) % 4


def upright_size(frame):
    """Height and width of a decoded frame as it is shown, pixels."""
    size = frame.height, frame.width
    return size[::-1] if quarter_turns(frame) % 2 else size


def colour_matrix(frame):
    """The number of a frame's colour matrix; by its size, as players do, where it isn't said."""
    known = frame.colorspace in COLOUR_MATRICES
    return int(frame.colorspace) if known else 1 if frame.height >= 720 else 5
