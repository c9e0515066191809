"""A packed video: a zip file of what a model needs to restore it, and notes that say what it is."""

import io
import json
import lzma
import typing
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from vgan.core.errors import DataError, told
from vgan.core.files import replacing

SUFFIX = ".vgz"
_NOTES, _CODES = "vgan.json", "codes.xz"
_MOST_BYTES = 2**31


class Packed(typing.NamedTuple):
    """What lies in such a file; of pictures and codes there is one.

    Attributes:
      fps: frames per second, a float.
      size: height and width in pixels.
      frames: how many there are when it is restored.
      model: which model packed it.
      pictures: list of encoded pictures, bytes, for key frames; or None.
      codes: int8 array, for latents; or None.
      step: to which these were rounded, or None.
    """

    fps: float
    size: tuple
    frames: int
    model: str
    pictures: list | None = None
    codes: np.ndarray | None = None
    step: float | None = None


def write(path, packed):
    """Writes a file, which appears when it is complete."""
    notes = {name: getattr(packed, name) for name in ("fps", "size", "frames", "model")}
    with replacing(Path(path)) as temporary, zipfile.ZipFile(temporary, "w") as file:
        if packed.codes is not None:
            notes |= {"shape": packed.codes.shape, "step": packed.step}
            file.writestr(_NOTES, json.dumps(notes))
            file.writestr(_CODES, lzma.compress(packed.codes.tobytes(), preset=9))
        else:
            file.writestr(_NOTES, json.dumps(notes))
            for number, picture in enumerate(packed.pictures):
                file.writestr(f"{number:06d}.webp", picture)


def read(path):
    """The Packed of a file; raises DataError for one that can't be read."""
    try:
        with zipfile.ZipFile(path) as file:
            if sum(entry.file_size for entry in file.infolist()) > _MOST_BYTES:
                raise ValueError("it is larger than two gigabytes")
            notes = json.loads(file.read(_NOTES))
            shape = notes.pop("shape", None)
            about = _checked(notes)
            if shape is None:
                names = sorted(name for name in file.namelist() if name.endswith(".webp"))
                return Packed(**about, pictures=[file.read(name) for name in names])
            count = int(np.prod(shape, dtype=object))
            unpacked = lzma.LZMADecompressor().decompress(file.read(_CODES), max_length=count + 1)
            return Packed(**about, codes=np.frombuffer(unpacked, np.int8).reshape(shape))
    except OSError:
        raise
    except Exception as error:  # A damaged file raises whatever its parsers meet.
        raise DataError(
            f"packed {str(path)!r}: can't be read ({told(error)}). Give a file that vgan.compress "
            "wrote"
        ) from None


def picture(frame, quality):
    """A frame uint8 [H, W, 3] as a WebP picture, of a quality from 0 to 100: bytes."""
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "WEBP", quality=quality, method=6)
    return buffer.getvalue()


def _checked(notes):
    height, width = notes["size"]
    whole = height, width, notes["frames"]
    if any(type(number) is not int or not 0 < number < 2**20 for number in whole):
        raise ValueError("its size makes no sense")
    if not 0.01 <= notes["fps"] <= 1000:
        raise ValueError("its frame rate makes no sense")
    step = notes.get("step")
    if step is not None and not 0 < step <= 2:
        raise ValueError("its step makes no sense")
    about = {"fps": float(notes["fps"]), "size": (height, width), "frames": notes["frames"]}
    return about | {"model": str(notes["model"]), "step": step}
