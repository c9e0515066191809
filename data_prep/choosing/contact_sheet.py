"""Key frames on one picture: thumbnails with their numbers and times."""

import math

import numpy as np
from PIL import Image, ImageDraw

MOST = 120
"""So many thumbnails are on a sheet; of more key frames, evenly spaced ones."""

_SIDE = 160  # Pixels of a thumbnail's longer side; small pictures are enlarged to it.
_GAP, _LINE, _CAPTION = 4, 14, 120
_GROUND, _INK = (32, 32, 32), (230, 230, 230)


def draw(entries):
    """Lays thumbnails out row by row, a caption below each.

    Args:
      entries: list of (picture, caption), all pictures of one size; a picture is a path, of which
        one at a time is read, or a `PIL.Image.Image`.
    Returns:
      A `PIL.Image.Image`.
    """
    count = min(len(entries), MOST)
    chosen = np.linspace(0, len(entries) - 1, count).round().astype(int)
    width, height = _thumbnail(entries[0][0]).size
    cell = max(width, _CAPTION) + _GAP, height + _LINE + _GAP
    columns = min(count, math.ceil(math.sqrt(count * cell[1] / cell[0] * 4 / 3)))
    size = columns * cell[0] + _GAP, math.ceil(count / columns) * cell[1] + _GAP
    sheet = Image.new("RGB", size, _GROUND)
    ink = ImageDraw.Draw(sheet)
    for place, index in enumerate(chosen):
        picture, caption = entries[index]
        left = _GAP + place % columns * cell[0]
        top = _GAP + place // columns * cell[1]
        sheet.paste(_thumbnail(picture), (left, top))
        ink.text((left, top + height + 1), caption, fill=_INK)
    return sheet


def _thumbnail(picture):
    if not isinstance(picture, Image.Image):
        with Image.open(picture) as opened:
            return _thumbnail(opened)
    scale = _SIDE / max(picture.size)
    size = [max(1, round(side * scale)) for side in picture.size]
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return picture.resize(size, way)
