"""Videos drawn by chance, read back: does each frame come, upright, at its time?

  python experiments/drawn_videos.py --videos=2000

A seed chooses a container, a codec and its pixels, B-frames, a rate, gaps, when the first frame is
shown, other streams beside the one to be shown (a smaller one, a cover, sound), and how frames are
stored turned or mirrored. Each frame has a shade of its own and a bright corner. What
vgan.media.source (vgan.treat and the like) and data_prep's reader give is compared with what was
put in: the number of each frame, its time within a frame's length, its corner. A row counts the
videos of a container, and those that came back otherwise: there are none.
"""

import collections
import itertools
import struct
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import trial
from absl import flags, logging
from av.stream import Disposition
from PIL import Image

from data_prep.base.settings import Settings
from data_prep.inputs.sources.source import BadFileError
from data_prep.inputs.sources.video import VideoSource
from vgan.core import command
from vgan.core.errors import DataError
from vgan.media.source import open_video

HEIGHT, WIDTH = 48, 64
_TICK = Fraction(1, 1000)
_X264 = ("libx264", ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le"), (0, 1, 2, 3))
_MPEG4 = ("mpeg4", ("yuv420p",), (0, 2))
_FFV1 = ("ffv1", ("bgr0", "yuv420p", "yuv444p16le", "gray", "bgra"), (0,))
_CODECS = {
    "mp4": [_X264, _MPEG4],
    "mov": [_X264, ("mjpeg", ("yuvj420p", "yuvj444p"), (0,)), ("png", ("rgb24", "rgba"), (0,))],
    "mkv": [_X264, _FFV1, ("mpeg2video", ("yuv420p",), (0, 2))],
    "webm": [("libvpx", ("yuv420p",), (0,)), ("libvpx-vp9", ("yuv420p", "yuv444p"), (0,))],
    "avi": [_X264, _MPEG4, ("mjpeg", ("yuvj420p",), (0,)), ("ffv1", ("bgr0",), (0,))],
    "ts": [_X264, ("mpeg2video", ("yuv420p",), (0, 2))],
    "m2ts": [_X264],
    "mpg": [("mpeg2video", ("yuv420p",), (0, 2))],
    "flv": [("libx264", ("yuv420p",), (0, 2))],
    "gif": [("gif", ("gray",), (0,))],
    "apng": [("apng", ("rgb24", "rgba", "gray"), (0,))],
    "webp": [("webp", ("rgb24", "rgba"), (0,))],
}
_FORMATS = {"mkv": "matroska", "ts": "mpegts", "m2ts": "mpegts", "mpg": "vob"}
_FINE = {"qmin": "1", "qmax": "4", "b": "8000000"}
_EVEN = ("mpg",)  # Its frames follow each other at the rate of the stream.
_SEVERAL = ("mp4", "mov", "mkv", "ts", "m2ts")  # FFmpeg writes AVI's first frames early there.
_FILM, _NTSC = Fraction(24000, 1001), Fraction(30000, 1001)
_RATES = (5, 10, Fraction(25, 2), _FILM, 25, _NTSC, 30, 50, 60)
_MPEG_RATES = (_FILM, 25, _NTSC, 30, 50, 60)
_HUNDREDTHS = (5, 10, Fraction(25, 2), 20, 25)
_MATRICES = list(itertools.product((1, -1), (1, -1), (False, True)))

flags.DEFINE_integer("videos", 2000, "How many.", lower_bound=1)
flags.DEFINE_integer("first", 0, "The seed of the first.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/drawn_videos.csv", "CSV file that rows go to.")


class Drawn(NamedTuple):
    """What a video is: of each frame its time in seconds, and how it is made."""

    container: str
    codec: str
    pixels: str
    b_frames: int
    rate: Fraction
    times: tuple
    start: float
    matrix: tuple
    beside: tuple


def main():
    values = flags.FLAGS
    logging.set_verbosity(logging.ERROR)
    counts, wrong = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(values.first, values.first + values.videos):
            drawn = draw(seed)
            counts[drawn.container] += 1
            if faults := check(drawn, Path(folder)):
                wrong[drawn.container] += 1
                print(seed, drawn._replace(times=len(drawn.times)), *faults, flush=True)
    trial.Rows(values.output).add(*(
        {"container": name, "first": values.first, "videos": counts[name], "wrong": wrong[name],
         "av": av.__version__} for name in sorted(counts)
    ))  # fmt: skip


def draw(seed):
    """The Drawn of a seed."""
    random = np.random.default_rng([77, seed])
    container = list(_CODECS)[seed % len(_CODECS)]
    codec, pixels, numbers = _CODECS[container][random.integers(len(_CODECS[container]))]
    b_frames = int(random.choice(numbers))
    rates = _MPEG_RATES if codec in ("mpeg2video", "mpeg4") else _RATES
    if container in ("gif", "apng", "webp"):  # Whole hundredths of a second.
        rates = _HUNDREDTHS
    rate = Fraction(rates[random.integers(len(rates))])
    least = 8 if container in ("ts", "m2ts") else 3  # Of less, FFmpeg doesn't know what it is.
    count, steps = int(random.integers(least, 24)), 1
    # What frames wait for, AVI doesn't say of the last.
    uneven = container not in _EVEN and not (container == "avi" and b_frames)
    if uneven and random.random() < 0.5:
        steps = np.where(random.random(count - 1) < 0.2, random.integers(2, 12, count - 1), 1)
        steps[-4:] = 1  # FFmpeg shows the last as long as the one stored before it.
    times = np.concatenate([[0], np.cumsum(np.broadcast_to(steps, count - 1))]) / float(rate)
    late = container in ("mkv", "mp4", "ts") and random.random() < 0.3
    start = float(9 / rate) if late else 0.0
    matrix = _MATRICES[random.integers(8)] if container in ("mp4", "mov") else _MATRICES[0]
    beside = [name for name in ("smaller", "cover", "sound") if random.random() < 0.25]
    if container not in _SEVERAL:
        beside = []
    if container not in ("mp4", "mkv"):
        beside = [name for name in beside if name != "cover"]
    if codec == "mpeg4" and b_frames:  # Its last frames are lost as FFmpeg writes a cover.
        beside = [name for name in beside if name != "cover"]
    if container == "m2ts":  # FFmpeg writes no small stream there that is read again.
        beside = [name for name in beside if name != "smaller"]
    return Drawn(
        container, codec, str(random.choice(pixels)), b_frames, rate,
        tuple(times.tolist()), start, matrix, tuple(beside),
    )  # fmt: skip


def check(drawn, folder):
    """What both readers give otherwise than it was put in, a list of texts."""
    path = write(folder / f"x.{drawn.container}", drawn)
    wanted, faults = _corner(drawn.matrix), []
    try:
        source = open_video(path)
        prepared = VideoSource(str(path), Settings())
    except (DataError, BadFileError) as error:
        return [str(error)]
    for name, rate, frames in (
        ("use", float(source.fps), list(source)),
        ("preparation", prepared.fps, list(prepared.frames())),
    ):
        faults += [f"{name}: {fault}" for fault in _faults(drawn, rate, frames, wanted)]
    return faults


def _faults(drawn, rate, frames, corner):
    if not rate or not frames:
        yield f"{len(frames)} frames at {rate}"
        return
    shades = np.linspace(20, 200, len(drawn.times))
    found = [int(np.abs(shades - np.median(frame)).argmin()) for frame in frames]
    length = (drawn.times[-1] + 1 / drawn.rate) * rate
    if abs(len(frames) - length) > 1.5:
        yield f"{len(frames)} frames at {rate:g}, not {length:.1f}"
    if sorted(set(found)) != list(range(len(shades))) or found != sorted(found):
        yield f"frames {found}"
        return
    for number, time in enumerate(drawn.times):
        late = 2 if drawn.container in _EVEN else 1  # FFmpeg writes one step too long there.
        if abs(found.index(number) / rate - time) > late / rate:
            yield f"frame {number} at {found.index(number) / rate:.3f} s, not {time:.3f}"
    size = frames[0].shape[:2]
    bright = frames[0].mean(-1) > 228
    rows, columns = np.nonzero(bright)
    at = (rows.mean() > size[0] / 2, columns.mean() > size[1] / 2) if bright.any() else None
    if (size, at) != corner:
        yield f"upright {size} with its corner at {at}, not {corner}"


def _corner(matrix):
    """The size of an upright frame, and whether its bright corner is below and right."""
    down, right, turned = matrix
    size = (WIDTH, HEIGHT) if turned else (HEIGHT, WIDTH)
    return size, (down < 0, right < 0)


def _pictures(drawn):
    """Frames as they are stored, with a bright patch at the top left."""
    for shade in np.linspace(20, 200, len(drawn.times)):
        frame = np.full([HEIGHT, WIDTH, 3], round(shade), np.uint8)
        frame[:12, :12] = 250
        yield frame


def write(path, drawn):
    """Writes the video, and returns its path."""
    if drawn.container in ("gif", "apng", "webp"):
        return _animation(path, drawn)
    form = _FORMATS.get(drawn.container, drawn.container)
    options = {"mpegts_m2ts_mode": "1"} if drawn.container == "m2ts" else {}
    with av.open(str(path), "w", format=form, options=options) as file:
        others = [_other(file, name) for name in drawn.beside]
        how = (
            {"bf": str(drawn.b_frames)} if drawn.codec in ("libx264", "mpeg4", "mpeg2video") else {}
        )
        how |= {"libx264": {"crf": "12"}, "ffv1": {}, "png": {}}.get(drawn.codec, _FINE)
        stream = file.add_stream(drawn.codec, rate=drawn.rate, options=how)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, drawn.pixels
        if drawn.container not in (*_EVEN, "avi") and drawn.codec not in ("mpeg2video", "mpeg4"):
            stream.codec_context.time_base = _TICK
        if drawn.beside:
            stream.disposition = Disposition.default
        base = stream.codec_context.time_base or 1 / drawn.rate
        for encode in others:
            encode(file)
        for time, picture in zip(drawn.times, _pictures(drawn), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.time_base = base
            frame.pts = round((time + drawn.start) / base)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    if drawn.matrix != _MATRICES[0]:
        _turn(path, drawn)
    return path


def _other(file, name):
    """A stream beside the one to be shown; a function that fills it."""
    if name == "sound":
        stream = file.add_stream("aac", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros([1, 4096], np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 16000, 0, Fraction(1, 16000)
    else:
        stream = file.add_stream("mjpeg" if name == "cover" else "mpeg4", rate=25)
        stream.width = stream.height = 300 if name == "cover" else 32
        stream.pix_fmt = "yuvj420p" if name == "cover" else "yuv420p"
        picture = np.full([stream.height, stream.width, 3], 255, np.uint8)
        stream.disposition = Disposition.attached_pic if name == "cover" else Disposition(0)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")

    def fill(container):
        container.mux(stream.encode(frame))
        container.mux(stream.encode())

    return fill


def _animation(path, drawn):
    pages = [Image.fromarray(frame) for frame in _pictures(drawn)]
    if drawn.pixels in ("rgba", "gray"):
        pages = [page.convert({"rgba": "RGBA", "gray": "L"}[drawn.pixels]) for page in pages]
    ends = [*drawn.times, drawn.times[-1] + 1 / drawn.rate]
    lengths = np.diff(np.round(1000 * np.array(ends))).astype(int).tolist()
    form = {"apng": "PNG"}.get(drawn.container, drawn.container.upper())
    how = {"lossless": True} if drawn.container == "webp" else {}
    pages[0].save(path, form, save_all=True, append_images=pages[1:], duration=lengths, **how)
    return path


def _turn(path, drawn):
    """Writes a display matrix into the track of the pictures, the one of their size."""
    down, right, turned = drawn.matrix
    matrix = (0, down, right, 0) if turned else (right, 0, 0, down)
    data, place = bytearray(path.read_bytes()), -1
    while (place := data.index(b"tkhd", place + 1)) + 1:
        width, height = struct.unpack(">II", data[place + 80 : place + 88])
        if (width >> 16, height >> 16) == (WIDTH, HEIGHT):
            break
    a, b, c, d = (number << 16 for number in matrix)
    data[place + 44 : place + 80] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


if __name__ == "__main__":
    command.run(main)
