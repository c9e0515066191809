"""Frames that lie in pictures: a folder of them, or a film strip."""

import os

import numpy as np
from PIL import Image

from data_prep.inputs.sources.source import BadFileError, Source, check_size
from vgan.media.still import FORMATS, pixels


class FramesSource(Source):
    """A folder of pictures, each of them a frame.

    Args:
      paths: the pictures, in order.
      settings: `Settings`.
    Raises:
      BadFileError: the first can't be read, or is too large.
    """

    def __init__(self, paths, settings):
        super().__init__(settings)
        self._paths, self.size = paths, read_picture(paths[0], settings).shape[:2]

    def _read(self):
        for path in self._paths:
            try:
                yield read_picture(path, self._settings)
            except BadFileError as error:
                raise BadFileError(f"{os.path.basename(path)}: {error}") from None


class StripSource(Source):
    """One picture with frames side by side or one above the other.

    Args:
      path: the picture.
      settings: `Settings`.
      count: number of frames; 0 where they are square, which the picture's shape says.
    Raises:
      BadFileError: it can't be read or isn't divided evenly.
    """

    def __init__(self, path, settings, count=0):
        super().__init__(settings)
        self._frames = divide(read_picture(path, settings), count)
        self.size = self._frames[0].shape[:2]

    def _read(self):
        return self._frames


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
        with Image.open(path, formats=FORMATS) as image:
            check_size(image.height, image.width, settings)
            return pixels(image, settings.background)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise BadFileError(f"can't be read as a picture: {error}") from None
