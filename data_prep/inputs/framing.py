"""Which part of a frame is kept, and how it comes to the size that is written."""

import dataclasses

import cv2
import numpy as np


@dataclasses.dataclass(frozen=True)
class Layout:
    """What becomes of frames of one size.

    Attributes:
      box: top, left, height, width of what is kept, pixels of the upright frame.
      size: height and width that the box is resized to.
      offset: top and left of the resized box in the written frame.
      canvas: height and width of the written frame.
    """

    box: tuple[int, int, int, int]
    size: tuple[int, int]
    offset: tuple[int, int]
    canvas: tuple[int, int]

    @property
    def grows(self):
        """Whether the box has fewer pixels in a direction than it is resized to."""
        return self.box[2] < self.size[0] or self.box[3] < self.size[1]


@dataclasses.dataclass(frozen=True)
class Framing:
    """How frames of any size become frames of one size.

    Attributes:
      size: height and width that are written; None leaves frames as they are.
      fit, interpolation: as of `Settings`.
      content: top, left, bottom, right of what isn't border, in parts of the frame.
      centre: y and x of what is centred by fit="motion", in parts of the frame.
    """

    size: tuple[int, int] | None = None
    fit: str = "crop"
    interpolation: str = "area"
    content: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    centre: tuple[float, float] | None = None

    def layout(self, height, width, pixel_aspect=1.0):
        """The `Layout` of frames of a size; a pixel is `pixel_aspect` times as wide as high."""
        top, left, bottom, right = self.content
        first, last = round(top * height), max(round(top * height) + 1, round(bottom * height))
        west, east = round(left * width), max(round(left * width) + 1, round(right * width))
        whole = (first, west, last - first, east - west)
        if self.size is None:
            return Layout(whole, whole[2:], (0, 0), whole[2:])
        if self.fit == "letterbox":
            return self._letterbox(whole, pixel_aspect)
        return self._crop(whole, pixel_aspect, (height, width))

    def _crop(self, whole, pixel_aspect, shape):
        first, west, rows, columns = whole
        aspect = self.size[1] / self.size[0] / pixel_aspect
        height = min(rows, max(1, round(columns / aspect)))
        width = min(columns, max(1, round(rows * aspect)))
        top, left = first + (rows - height) // 2, west + (columns - width) // 2
        if self.centre:
            y, x = (
                round(part * side - kept / 2)
                for part, side, kept in zip(self.centre, shape, (height, width), strict=True)
            )
            top = min(max(y, first), first + rows - height)
            left = min(max(x, west), west + columns - width)
        return Layout((top, left, height, width), self.size, (0, 0), self.size)

    def _letterbox(self, whole, pixel_aspect):
        rows, columns = whole[2], whole[3] * pixel_aspect
        scale = min(self.size[0] / rows, self.size[1] / columns)
        size = (max(1, round(rows * scale)), max(1, round(columns * scale)))
        offset = tuple((side - kept) // 2 for side, kept in zip(self.size, size, strict=True))
        return Layout(whole, size, offset, self.size)

    def apply(self, frame):
        """A frame, uint8 `[H, W, 3]`, as it is written."""
        layout = self.layout(*frame.shape[:2])
        top, left, height, width = layout.box
        part = frame[top : top + height, left : left + width]  # Resizing costs by the pixel.
        if part.shape[:2] != layout.size:
            cubic = layout.grows or self.interpolation == "cubic"
            way = cv2.INTER_CUBIC if cubic else cv2.INTER_AREA
            part = cv2.resize(part, layout.size[::-1], interpolation=way)
        return pad(part, layout)


WHOLE = Framing()
"""Frames as they are."""


def pad(part, layout):
    """The resized box on its black canvas."""
    if layout.size == layout.canvas:
        return np.ascontiguousarray(part)
    frame = np.zeros([*layout.canvas, 3], np.uint8)
    top, left = layout.offset
    frame[top : top + layout.size[0], left : left + layout.size[1]] = part
    return frame
