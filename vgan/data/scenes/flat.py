"""Draws flat forms that move over a ground that stands still, and knows their exact motion."""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Scene(NamedTuple):
    """What there is to see: `objects` forms, the nearest first, before a ground that stands still.

    Args:
      forms: list of indices into `FORMS`.
      radii: `[objects]`, the radius in pixels of a circle of about the form's area.
      paths: float64 `[objects, T, 2]`, the centres (x, y) in pixels.
      colours: float32 `[objects + 1, 3]`, RGB in [0, 255]; the ground's is the last.
      waves: float32 `[objects + 1, K, 3]`, the (x, y) frequencies in radians a pixel and the phase
        of the sinusoids that shade each surface, or None for plain ones.
      outlined: only outlines are drawn.
    """

    forms: list
    radii: np.ndarray
    paths: np.ndarray
    colours: np.ndarray
    waves: np.ndarray | None
    outlined: bool = False

    def draw(self, height, width):
        """Anti-aliased forms, filled or not: uint8 [T, height, width, 3]."""
        objects, frames = self.paths.shape[:2]
        canvas = np.empty((frames, height, width, 3), np.uint8)
        ground = self.colours[-1] + 0.5
        if self.waves is not None:
            x = np.arange(0.5, width, dtype=np.float32)[None]
            y = np.arange(0.5, height, dtype=np.float32)[None]
            ground = self.colours[-1] * _shade(self.waves[-1], x, y)[..., None] + 0.5
        canvas[...] = ground.astype(np.uint8)
        for index in reversed(range(objects)):
            _paint(canvas, self, index)
        return canvas

    def motion(self, height, width):
        """The exact flow, and whether what is seen stays so: see `vgan.data.scenes`."""
        objects, frames = self.paths.shape[:2]
        x, y = np.arange(0.5, width), np.arange(0.5, height)[:, None]
        layer = np.full((frames - 1, height, width), objects)
        flow = np.zeros((frames - 1, height, width, 2))
        for index in reversed(range(objects)):
            inside = _inside(self, index, x, y, slice(None, -1))
            layer[inside] = index
            step = np.diff(self.paths[index], axis=0)[:, None, None]
            flow = np.where(inside[..., None], step, flow)
        x, y = x + flow[..., 0], y + flow[..., 1]
        visible = (abs(x - width / 2) <= (width - 1) / 2) & (
            abs(y - height / 2) <= (height - 1) / 2
        )
        for index in range(objects):
            visible &= ~(_inside(self, index, x, y, slice(1, None)) & (layer > index))
        return flow.astype(np.float32), visible

    def masks(self, height, width):
        """Where each form is seen: bool [objects, T, height, width]."""
        x, y = np.arange(0.5, width), np.arange(0.5, height)[:, None]
        inside = np.stack([_inside(self, n, x, y, slice(None)) for n in range(len(self.forms))])
        covered = np.cumsum(inside, axis=0) - inside > 0
        return inside & ~covered


def _circle(x, y, radius):
    return np.sqrt(x * x + y * y) - radius


def _square(x, y, radius):
    return np.maximum(np.abs(x), np.abs(y)) - 0.89 * radius


def _triangle(x, y, radius):
    side = 0.866 * np.abs(x) - 0.5 * y - 0.54 * radius
    return np.maximum(side, y - 1.08 * radius)


# Signed distances in pixels from the outline, negative inside; x and y are seen from the centre.
# A form reaches at most REACH radii from it along x and along y.
FORMS = {"circle": _circle, "square": _square, "triangle": _triangle}
REACH = 1.25
_DISTANCES = tuple(FORMS.values())


LINE = 1.5
"""The width of an outline in pixels."""


def _paint(canvas, scene, index):
    """Lays one form over the canvas, working only in a box around it."""
    frames, height, width, _ = canvas.shape
    radius, centre = scene.radii[index], scene.paths[index]
    half = REACH * radius + 1
    box = np.minimum((width, height), int(2 * half) + 2)
    # Moved into the frame, the box still holds all of the form that the frame shows.
    corner = np.clip(np.floor(centre - half), 0, (width, height) - box).astype(np.intp)
    start = (corner + 0.5 - centre).astype(np.float32)
    x = start[:, :1] + np.arange(box[0], dtype=np.float32)
    y = start[:, 1:] + np.arange(box[1], dtype=np.float32)
    distance = _DISTANCES[scene.forms[index]](x[:, None, :], y[:, :, None], radius)
    if scene.outlined:
        distance = np.abs(distance) - LINE / 2
    coverage = np.clip(0.5 - distance, 0, 1)[:, None]
    colour = scene.colours[index][:, None, None]
    if scene.waves is not None:
        colour = colour * _shade(scene.waves[index], x, y)[:, None]
    boxes = sliding_window_view(canvas, (box[1], box[0]), axis=(1, 2), writeable=True)
    place = (np.arange(frames), corner[:, 1], corner[:, 0])
    below = boxes[place].astype(np.float32)
    boxes[place] = below + coverage * (colour - below) + 0.5


def _shade(waves, x, y):
    """The mean of sinusoids on the grid of x `[N, W]` and y `[N, H]`, in [0.2, 1]: `[N, H, W]`.

    sin(a + b) = sin(a) cos(b) + cos(a) sin(b) makes it a product of two thin matrices.
    """
    across = x[..., None] * waves[:, 0]
    down = y[..., None] * waves[:, 1] + waves[:, 2]
    left = np.concatenate((np.cos(down), np.sin(down)), -1)
    right = np.concatenate((np.sin(across), np.cos(across)), -1)
    return 0.6 + 0.4 / len(waves) * (left @ right.swapaxes(1, 2))


def _inside(scene, index, x, y, when):
    centre = scene.paths[index, when, :, None, None]
    distance = _DISTANCES[scene.forms[index]]
    return distance(x - centre[:, 0], y - centre[:, 1], scene.radii[index]) < 0
