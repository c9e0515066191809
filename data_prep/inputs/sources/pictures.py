"""Frames that lie in pictures: a folder of them, or a film strip."""

import os

import numpy as np
from PIL import Image, ImageOps

from data_prep.inputs.framing import WHOLE
from data_prep.inputs.sources.errors import BadFileError

_FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")


class FramesSource:
    """A folder of pictures, each of them a frame.

    Args:
      paths: the pictures, in order.
      settings: `Settings`.
    Raises:
      BadFileError: the first can't be read, or is too large.

    Attributes:
      fps: what --fps says, or None.
      size: height and width of the first, pixels.
      broken: after `frames` has ended, why it ended before the last picture, or "".
    """

    def __init__(self, paths, settings):
        self._paths, self._settings = paths, settings
        self.fps, self.broken = settings.fps or None, ""
        self.size = read_picture(paths[0], settings).shape[:2]

    def frames(self, framing=WHOLE):
        """Reads the frames from the start, uint8 `[H, W, 3]`, RGB, as framed."""
        self.broken = ""
        for path in self._paths:
            try:
                picture = read_picture(path, self._settings)
            except BadFileError as error:
                self.broken = f"{os.path.basename(path)}: {error}"
                return
            yield framing.apply(picture)


class StripSource:
    """One picture with frames side by side or one above the other.

    Args:
      path: the picture.
      settings: `Settings`.
      count: number of frames; 0 where they are square, which the picture's shape says.
    Raises:
      BadFileError: it can't be read or isn't divided evenly.

    Attributes:
      fps: what --fps says, or None.
      size: height and width of a frame, pixels.
      broken: always "".
    """

    def __init__(self, path, settings, count=0):
        self.fps, self.broken = settings.fps or None, ""
        self._frames = divide(read_picture(path, settings), count)
        self.size = self._frames[0].shape[:2]

    def frames(self, framing=WHOLE):
        """The frames, uint8 `[H, W, 3]`, RGB, as framed."""
        return map(framing.apply, self._frames)


def divide(strip, count=0):
    """The frames of a strip along its longer side.

    Args:
      strip: uint8 [H, W, 3].
      count: number of frames; 0 for square ones.
    Raises:
      BadFileError: the longer side isn't divided evenly.
    """
    short, long = sorted(strip.shape[:2])
    if not count and (long % short or long == short):
        raise BadFileError(
            f"{strip.shape[1]}x{strip.shape[0]} pixels are no row of square frames. "
            "For others give --kind='strip(frames=N)'"
        )
    count = count or long // short
    if long % count:
        raise BadFileError(f"{long} pixels can't be divided into {count} frames")
    return np.split(strip, count, axis=0 if strip.shape[0] == long else 1)


def read_picture(path, settings):
    """A picture file as uint8 [H, W, 3], RGB, upright, over the background where transparent.

    Raises:
      BadFileError: it can't be read, or is too large.
    """
    try:
        with Image.open(path, formats=_FORMATS) as image:
            if image.width * image.height > settings.max_pixels:
                raise BadFileError(
                    f"{image.width}x{image.height} pixels: at most {settings.max_pixels} "
                    "are read (--max_pixels)"
                )
            if image.mode.startswith("I"):  # 16 bits, which Pillow would cut at 255.
                image = Image.fromarray((np.asarray(image) / 257).round().astype(np.uint8))
            image = ImageOps.exif_transpose(image)
            if image.has_transparency_data:
                ground = Image.new("RGBA", image.size, (*settings.background, 255))
                image = Image.alpha_composite(ground, image.convert("RGBA"))
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise BadFileError(f"can't be read as a picture: {error}") from None
