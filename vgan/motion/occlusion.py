"""Where flow can't be followed: hidden or departed pixels, and the edges of moving things."""

import numpy as np


def visible(forward, backward):
    """Pixels of the first frame that the second still shows, by forward-backward consistency.

    A pixel is hidden where `|f + b(p + f)|^2 > 0.01 (|f|^2 + |b|^2) + 0.5`, and gone where its
    target leaves the frame, whose outermost pixels reach half a pixel beyond their centres.
    Sundaram, Brox and Keutzer 2010, "Dense point trajectories by GPU-accelerated large
    displacement optical flow", equation 5.

    Args:
      forward: float `[N, H, W, 2]`, flow from the first frame to the second, (dx, dy) in pixels.
      backward: the same from the second frame to the first.
    Returns:
      bool `[N, H, W]`, True where visible.
    """
    height, width = forward.shape[1:3]
    x = np.arange(width) + forward[..., 0]
    y = np.arange(height)[:, None] + forward[..., 1]
    inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
    returned = _sample(backward, x, y)
    mismatch = _squared_length(forward + returned)
    tolerance = 0.01 * (_squared_length(forward) + _squared_length(returned)) + 0.5
    return inside & (mismatch <= tolerance)


def boundary(flow):
    """Pixels at motion boundaries: `|grad u|^2 + |grad v|^2 > 0.01 |w|^2 + 0.002`.

    Flow is blurred across them, so it holds for neither side. Same source, equation 6.

    Args:
      flow: float `[N, H, W, 2]`, (dx, dy) in pixels; H and W of at least 2.
    Returns:
      bool `[N, H, W]`, True at a boundary.
    """
    down, across = np.gradient(flow, axis=(1, 2))
    change = _squared_length(down) + _squared_length(across)
    return change > 0.01 * _squared_length(flow) + 0.002


def _sample(field, x, y):
    """Bilinear values of `[N, H, W, C]` at `[N, H, W]` pixel positions, the border replicated."""
    height, width = field.shape[1:3]
    x = np.clip(x, 0, width - 1)
    y = np.clip(y, 0, height - 1)
    left = x.astype(int)
    top = y.astype(int)
    right = np.minimum(left + 1, width - 1)
    bottom = np.minimum(top + 1, height - 1)
    fx = (x - left)[..., None]
    fy = (y - top)[..., None]
    n = np.arange(len(field))[:, None, None]
    upper = (1 - fx) * field[n, top, left] + fx * field[n, top, right]
    lower = (1 - fx) * field[n, bottom, left] + fx * field[n, bottom, right]
    return (1 - fy) * upper + fy * lower


def _squared_length(vectors):
    return np.square(vectors).sum(axis=-1)
