"""Single pictures from files."""

import numpy as np
from PIL import Image, ImageOps

from vgan.media.failures import reading

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
MAX_PIXELS = 2**26  # 8192x8192; a damaged header can announce far more than fits into memory.

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")


def read_picture(path):
    """A picture file, upright, uint8 [H, W, 3], RGB, over black where it is transparent.

    Raises:
      DataError: it can't be read.
    """
    with reading(path, "picture"), Image.open(path, formats=FORMATS) as image:
        check_size(image.height, image.width)
        return pixels(image)


def pixels(image, background=(0, 0, 0)):
    """Those of an open picture, upright, uint8 [H, W, 3], RGB, over a colour where transparent."""
    image = levelled(ImageOps.exif_transpose(image))
    if image.has_transparency_data:  # Colours below it would be shown, and hide in a mask.
        ground = Image.new("RGBA", image.size, (*background, 255))
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def levelled(image):
    """A picture of 8 bits; of more, which Pillow would cut at 255, as `levels` does."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(levels(np.asarray(image)))
    return image


def levels(numbers):
    """Numbers of any kind as uint8.

    Args:
      numbers: an array of uint8; bool; floats in [0, 1]; or other whole numbers, 65535 is white.
    Raises:
      ValueError: there are others among them.
    """
    if numbers.dtype == np.uint8:
        return numbers
    if numbers.dtype == bool:
        return numbers * np.uint8(255)
    white = 1 if numbers.dtype.kind == "f" else 65535
    low, high = numbers.min(), numbers.max()
    if not 0 <= low <= high <= white:  # NaN fails too.
        kind = "floats" if white == 1 else "whole numbers"
        raise ValueError(f"values from {low:g} to {high:g}, {kind} must be in [0, {white}]")
    return np.rint(numbers * (255 / white)).astype(np.uint8)


def check_size(height, width):
    """Raises ValueError for a frame that can't be, or is too large."""
    if min(height, width) < 1 or height * width > MAX_PIXELS:
        raise ValueError(f"{width}x{height} pixels, at most {MAX_PIXELS} can be read")
