"""A packed video: a zip file of what a model needs to restore it, and notes that say what it is."""

import io
import json
import lzma
import math
import typing
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from vgan.core.errors import DataError, UsageError, told
from vgan.core.files import replacing
from vgan.media.still import check_size

_NOTES, _CODES = "vgan.json", "codes.xz"
_MOST_FRAMES = 2**20
_MOST_BYTES = 2**31


class Packed(typing.NamedTuple):
    """What lies in such a file; of pictures and codes there is one.

    Attributes:
      fps: frames per second, a float.
      size: height and width in pixels.
      frames: how many there are when it is restored.
      model: which model packed it.
      pixel_aspect: width of a pixel over its height.
      every: each so many-th frame is a picture, from the first on; or None.
      label: number of the class by which the others are made.
      step: to which codes were rounded, or None.
      pictures: list of encoded pictures, bytes, for key frames; or None.
      codes: int8 array of 5 axes, for latents; or None.
    """

    fps: float
    size: tuple
    frames: int
    model: str
    pixel_aspect: float = 1.0
    every: int | None = None
    label: int = 0
    step: float | None = None
    pictures: list | None = None
    codes: np.ndarray | None = None


def write(path, packed):
    """Writes a file, which appears when it is complete; raises UsageError for a video too large."""
    notes = packed._asdict()
    pictures, codes = notes.pop("pictures"), notes.pop("codes")
    try:
        _check(notes)
    except ValueError as error:
        raise UsageError(f"packed {str(path)!r}: {error}. Pack a part of it") from None
    if codes is not None:
        notes["shape"] = codes.shape
    with replacing(Path(path)) as temporary, zipfile.ZipFile(temporary, "w") as file:
        file.writestr(_NOTES, json.dumps(notes))
        if codes is not None:
            file.writestr(_CODES, lzma.compress(codes.tobytes(), preset=9))
        for number, data in enumerate(pictures or ()):
            file.writestr(f"{number:06d}.webp", data)


def read(path):
    """The Packed of a file; raises DataError for one that can't be read."""
    with open(path, "rb") as opened:
        try:
            with zipfile.ZipFile(opened) as file:
                return _read(file)
        except Exception as error:  # A damaged file raises whatever its parsers meet.
            raise DataError(
                f"packed {str(path)!r}: can't be read ({told(error)}). Give a file that "
                "vgan.compress wrote"
            ) from None


def _read(file):
    if sum(entry.file_size for entry in file.infolist()) > _MOST_BYTES:
        raise ValueError("it is larger than two gigabytes")
    notes = json.loads(file.read(_NOTES))
    shape = notes.pop("shape", None)
    _check(notes)
    notes["size"] = tuple(notes["size"])
    if shape is None:
        every, frames = notes["every"], notes["frames"]
        names = [f"{number:06d}.webp" for number in range(-(-frames // every))]
        return Packed(**notes, pictures=[file.read(name) for name in names])
    count = _count(shape, notes)
    reader = lzma.LZMADecompressor(memlimit=2**28)
    unpacked = reader.decompress(file.read(_CODES), max_length=count + 1)
    return Packed(**notes, codes=np.frombuffer(unpacked, np.int8).reshape(shape))


def picture(frame, quality):
    """A frame uint8 [H, W, 3] as a WebP picture, of a quality from 0 to 100: bytes."""
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "WEBP", quality=quality, method=6)
    return buffer.getvalue()


def _check(notes):
    """Raises ValueError, or what else it meets, for notes that make no sense."""
    check_size(*notes["size"])
    for name, least, most in (("frames", 1, _MOST_FRAMES), ("label", 0, _MOST_FRAMES)):
        if type(notes[name]) is not int or not least <= notes[name] <= most:
            raise ValueError(f"{notes[name]!r} {name}, {least} to {most} can be")
    every, step = notes["every"], notes["step"]
    if every is not None and (type(every) is not int or every < 1):
        raise ValueError(f"each {every!r}th frame")
    if step is not None and not 0 < step <= 2:
        raise ValueError(f"a step of {step!r}")
    if not 0.01 <= notes["fps"] <= 1000 or not 0.01 <= notes["pixel_aspect"] <= 100:
        raise ValueError("its frame rate or its pixels' aspect can't be")
    if type(notes["model"]) is not str:
        raise ValueError("it doesn't say of which model it is")


def _count(shape, notes):
    """How many codes there are; raises ValueError where a video can't have them."""
    whole = len(shape) == 5 and all(type(side) is int and side > 0 for side in shape)
    count = math.prod(shape) if whole else 0
    height, width = notes["size"]
    # A clip that is compressed has fewer numbers than pixels, but for its padding.
    most = min(_MOST_BYTES, 64 * (notes["frames"] + 64) * (height + 64) * (width + 64))
    if not 0 < count <= most:
        raise ValueError(f"codes of the shape {shape}")
    return count
