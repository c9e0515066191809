"""Small clips of which the features are known."""

import numpy as np


def grey_clip(*frames):
    """uint8 [T, H, W, 3] of pictures of grey levels."""
    return np.repeat(np.rint(np.stack(frames)).astype(np.uint8)[..., None], 3, axis=-1)


def still(picture):
    return grey_clip(picture, picture)


def wave(wavelength, degrees, amplitude=100, size=64):
    """Stripes that change along an angle from the x axis towards the y axis, which points down."""
    y, x = np.indices((size, size))
    angle = np.radians(degrees)
    way = x * np.cos(angle) + y * np.sin(angle)
    return 128 + amplitude * np.cos(2 * np.pi * way / wavelength)


def figure(outline, size=64):
    """White where `outline(y, x)` is true, else black."""
    return 255.0 * outline(*np.indices((size, size)))


def noise(seed=0, frames=3, size=24):
    return np.random.default_rng(seed).integers(0, 256, (frames, size, size, 3)).astype(np.uint8)


def described(description, clip):
    """A dict of the features of a clip by name."""
    return dict(zip(description.names, description.describe(clip).tolist(), strict=True))
