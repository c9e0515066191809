"""Frames of known motion: sums of sinusoids, evaluated exactly at the moved points."""

import numpy as np


class Texture:
    """Waves of wavelength 6 to 32 pixels in every direction, grey levels in [0, 255]."""

    def __init__(self, seed, waves=24):
        rng = np.random.default_rng(seed)
        angle = rng.uniform(0, 2 * np.pi, waves)
        frequency = 2 * np.pi / rng.uniform(6, 32, waves)
        self.frequency = frequency * np.stack([np.cos(angle), np.sin(angle)])
        self.phase = rng.uniform(0, 2 * np.pi, waves)
        self.scale = 50 / np.sqrt(waves / 2)

    def __call__(self, x, y):
        waves = np.sin(
            x[..., None] * self.frequency[0] + y[..., None] * self.frequency[1] + self.phase
        )
        return np.clip(128 + self.scale * waves.sum(axis=-1), 0, 255)


def affine_pair(texture, matrix, shift=(0, 0), size=64):
    """Frames `first`, `second` and flow between them when p moves to M (p - centre) + centre + s.

    Returns:
      uint8 `[1, H, W, 1]` twice and float64 `[1, H, W, 2]`.
    """
    centre = (size - 1) / 2
    y, x = np.indices((size, size)) - centre
    points = np.stack([x, y], axis=-1)
    flow = points @ np.transpose(matrix) + shift - points
    origin = (points - shift) @ np.transpose(np.linalg.inv(matrix))
    frames = [texture(p[..., 0], p[..., 1]) for p in (points, origin)]
    first, second = (np.uint8(np.round(frame))[None, ..., None] for frame in frames)
    return first, second, flow[None]


def rotation(degrees):
    """The matrix that turns (x, y), y down."""
    a = np.radians(degrees)
    return np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])


def endpoint_error(estimated, true, margin=8):
    """Mean distance in pixels over the interior whose targets stay in the frame."""
    height, width = true.shape[1:3]
    y, x = np.indices((height, width))
    target_x, target_y = x + true[..., 0], y + true[..., 1]
    kept = (target_x >= 0) & (target_x <= width - 1) & (target_y >= 0) & (target_y <= height - 1)
    kept[:, :margin] = kept[:, -margin:] = kept[:, :, :margin] = kept[:, :, -margin:] = False
    return np.linalg.norm(estimated - true, axis=-1)[kept].mean()


def textured(moments, shift=(0, 0), degrees=0.0, size=64):
    """uint8 `[K, size, size, 3]`: a texture that shifts and turns evenly, at some moments."""
    frames = []
    for t in moments:
        y, x = np.indices((size, size)) - (size - 1) / 2
        points = np.stack([x, y], -1) - t * np.array(shift)
        points = points @ np.transpose(np.linalg.inv(rotation(t * degrees)))
        frames.append(Texture(0)(points[..., 0], points[..., 1]))
    return np.repeat(np.round(frames).astype(np.uint8)[..., None], 3, axis=-1)


def square(left, size=48):
    """A textured square of 16 pixels before a textured ground that stands still."""
    y, x = np.indices((size, size))
    inside = (abs(y - 24) < 8) & (x >= left) & (x < left + 16)
    grey = np.where(inside, Texture(2)(x - left, y), Texture(1)(x, y))
    return np.repeat(grey.round().astype(np.uint8)[None, ..., None], 3, axis=-1)


def rms(one, other, margin=0):
    inner = slice(margin, -margin or None)
    return np.sqrt(np.square(np.subtract(one, other, dtype=float)[..., inner, inner, :]).mean())
