"""Draws scenes of shaded spheres that move and turn, such as balls and heads, with exact motion.

z points out of the picture. A sphere may be taller than wide: all in it is stretched alike.
"""

import typing

import numpy as np

LIGHT = np.array([-0.45, -0.6, 0.66], np.float32)
"""Where the light is seen from a surface, a unit vector up to rounding."""


class Sphere(typing.NamedTuple):
    """One sphere.

    Args:
      radius: in pixels across; `stretch` times that downwards.
      stretch: above 0.
      path: float64 [T, 2], its centres (x, y) in pixels.
      turns: float32 [T, 3, 3], rotations from its surface to how it is seen.
      paint: (points float32 [n, 3] of the unit sphere, t int [n]) -> RGB [n, 3] in [0, 255].
      gloss: strength of the highlight.
    """

    radius: float
    stretch: float
    path: np.ndarray
    turns: np.ndarray
    paint: typing.Callable
    gloss: float


class Scene(typing.NamedTuple):
    """Spheres, the nearest first, before a ground [H, W, 3] or [T, H, W, 3], RGB in [0, 255]."""

    spheres: list
    ground: np.ndarray

    def draw(self, height, width):
        """Anti-aliased spheres: uint8 [T, height, width, 3]."""
        frames = len(self.spheres[0].path)
        canvas = np.broadcast_to(self.ground, (frames, height, width, 3)).astype(np.float32)
        x = np.arange(0.5, width, dtype=np.float32)
        y = np.arange(0.5, height, dtype=np.float32)[:, None]
        for sphere in reversed(self.spheres):
            across, down = _seen_from_centre(sphere, x, y, slice(None))
            distance = np.sqrt(across**2 + down**2)
            coverage = np.clip(0.5 + sphere.radius * (1 - distance), 0, 1)
            shown = np.nonzero(coverage)
            # A point just outside shows what lies on the outline.
            inside = np.maximum(1, distance[shown])
            normal = np.stack((across[shown] / inside, down[shown] / inside), -1)
            normal = _with_depth(normal)
            times = shown[0]
            surface = np.einsum("nij,ni->nj", sphere.turns[times], normal)
            colours = _lit(sphere.paint(surface, times), normal, sphere.gloss)
            share = coverage[shown][:, None]
            canvas[shown] += share * (colours - canvas[shown])
        return (canvas + 0.5).clip(0, 255).astype(np.uint8)

    def motion(self, height, width):
        """The exact flow, and whether what is seen stays so: see `vgan.data.scenes`."""
        frames = len(self.spheres[0].path)
        x, y = np.arange(0.5, width), np.arange(0.5, height)[:, None]
        now, later = slice(None, -1), slice(1, None)
        size = frames - 1, height, width
        flow, visible = np.zeros((*size, 2)), np.ones(size, bool)
        layer = np.full(size, len(self.spheres))
        for index in reversed(range(len(self.spheres))):
            sphere = self.spheres[index]
            step, front = _steps(sphere, x, y)
            inside = _inside(sphere, x, y, now)
            layer[inside] = index
            flow = np.where(inside[..., None], step, flow)
            visible = np.where(inside, front, visible)
        x, y = x + flow[..., 0], y + flow[..., 1]
        visible &= (abs(x - width / 2) <= (width - 1) / 2) & (
            abs(y - height / 2) <= (height - 1) / 2
        )
        for index, sphere in enumerate(self.spheres):
            visible &= ~(_inside(sphere, x, y, later) & (layer > index))
        return flow.astype(np.float32), visible

    def masks(self, height, width):
        """Where each sphere is seen: bool [objects, T, height, width]."""
        frames = len(self.spheres[0].path)
        x, y = np.arange(0.5, width), np.arange(0.5, height)[:, None]
        free = np.ones((frames, height, width), bool)
        found = []
        for sphere in self.spheres:
            inside = _inside(sphere, x, y, slice(None))
            found.append(inside & free)
            free &= ~inside
        return np.stack(found)


def turned(axis, angles):
    """Rotations about the x, y or z axis (0, 1, 2) by angles [T] in radians: float32 [T, 3, 3]."""
    a, b = (axis + 1) % 3, (axis + 2) % 3
    found = np.zeros((len(angles), 3, 3), np.float32)
    found[:, axis, axis] = 1
    found[:, a, a] = found[:, b, b] = np.cos(angles)
    found[:, b, a] = np.sin(angles)
    found[:, a, b] = -found[:, b, a]
    return found


def _steps(sphere, x, y):
    """How the points of a sphere move, [T-1, H, W, 2], and whether they stay in front."""
    across, down = _seen_from_centre(sphere, x, y, slice(None, -1))
    inside = np.maximum(1, np.sqrt(across**2 + down**2))
    normal = _with_depth(np.stack((across / inside, down / inside), -1))
    turns = np.einsum("tij,tkj->tik", sphere.turns[1:], sphere.turns[:-1])
    after = np.einsum("tij,thwj->thwi", turns, normal)
    scale = sphere.radius * np.array([1, sphere.stretch])
    travelled = np.diff(sphere.path, axis=0)[:, None, None]
    return travelled + scale * (after - normal)[..., :2], after[..., 2] > 0


def _seen_from_centre(sphere, x, y, when):
    """Pixel centres in radii from the centre, [T, H, W] each."""
    centre = sphere.path[when, :, None, None].astype(np.float32)
    across = (x - centre[:, 0]) / sphere.radius
    down = (y - centre[:, 1]) / (sphere.radius * sphere.stretch)
    return np.broadcast_arrays(across, down)


def _inside(sphere, x, y, when):
    across, down = _seen_from_centre(sphere, x, y, when)
    return across**2 + down**2 < 1


def _with_depth(normal):
    depth = np.sqrt(np.maximum(0, 1 - (normal**2).sum(-1, keepdims=True)))
    return np.concatenate((normal, depth), -1)


def _lit(colours, normal, gloss):
    """Colours [n, 3] in the light, by diffuse and specular reflection.

    Source: Blinn, "Models of Light Reflection for Computer Synthesized Pictures", 1977.
    """
    diffuse = np.maximum(0, normal @ LIGHT)
    half = LIGHT + np.array([0, 0, 1], np.float32)
    highlight = np.maximum(0, normal @ (half / np.linalg.norm(half))) ** 40
    return colours * (0.45 + 0.6 * diffuse)[:, None] + 255 * gloss * highlight[:, None]
