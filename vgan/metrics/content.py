"""Statistics of what clips show, by which directions of latents get their names."""

import numpy as np

from vgan.metrics import appearance

UNITS = {
    "brightness": "grey levels",
    "colour_red": "grey levels",
    "colour_green": "grey levels",
    "sharpness": "grey levels",
    "speed": "pixels a frame",
    "direction_right": "cosine",
    "direction_down": "sine",
    "size": "share of pixels",
    "hue_red": "cosine",
    "hue_green": "sine",
}
"""What each statistic is measured in; the last six are of what moves."""

CIRCLES = {"direction": ("direction_right", "direction_down"), "hue": ("hue_red", "hue_green")}
"""Angles, and their cosine and sine: as numbers they would jump where the circle closes."""

_LEAST = 1e-3
"""Share of pixels that move, speed and chroma below which nothing is said of an angle."""


def statistics(videos, flow, moving):
    """Measures each clip.

    Args:
      videos: uint8 [N, T, H, W, 3], H and W of at least 3.
      flow: float [N, T-1, H, W, 2], (dx, dy) in pixels a frame.
      moving: float [N, T-1, H, W] in [0, 1], how much of a pixel is of what moves.
    Returns:
      dict of float64 [N] by the names of UNITS. `colour_...` is the clip's mean chroma, `speed` the
      mean length of flow, `direction_...` the cosine and sine of the mean flow's angle, 0 to the
      right and a quarter turn down, `size` a mean over frames, `hue_...` the cosine and sine of the
      hue of the mean colour, 0 red and a quarter turn yellow-green; NaN where nothing moves, or
      what does has no hue.
    """
    frames = np.float32(videos[:, :-1])
    weight = moving / np.maximum(moving.sum((1, 2, 3), keepdims=True), 1e-9)
    mean = np.float32(videos).mean((1, 2, 3))
    size = moving.mean((1, 2, 3), dtype=np.float64)
    speed = (weight * np.hypot(flow[..., 0], flow[..., 1])).sum((1, 2, 3))
    way, colour = (np.einsum("ntyx,ntyxc->nc", weight, of) for of in (flow, frames))
    absent = size < _LEAST
    angles = *_angle(way, absent), *_angle(chroma(colour), absent)
    sharpness = appearance.statistics(videos)["sharpness"]
    found = mean @ appearance.LUMA, *chroma(mean).T, sharpness
    found += np.where(absent, np.nan, speed), *angles[:2], size, *angles[2:]
    return dict(zip(UNITS, map(np.float64, found), strict=True))


def chroma(colours):
    """Colours [..., 3], RGB, as the plane of hues sees them: [..., 2], to red and to yellow-green.

    The angle in it is the hue, but for the corners of the hexagon that hues are on.
    """
    red, green, blue = np.moveaxis(colours, -1, 0)
    return np.stack([red - (green + blue) / 2, 3**0.5 / 2 * (green - blue)], -1)


def _angle(vectors, absent):
    """Cosine and sine, each [N], of vectors [N, 2]; NaN of those that have hardly a length."""
    lengths = np.linalg.norm(vectors, axis=1)
    unknown = absent | (lengths < _LEAST)
    return np.where(unknown[:, None], np.nan, vectors / np.maximum(lengths, _LEAST)[:, None]).T
