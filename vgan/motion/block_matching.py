"""Block matching: each block's displacement found by trying all of them."""

import numpy as np

# In units of the cost, per pixel of displacement: flat and noisy areas stand still (with noise of
# one grey level they drift 6 pixels at 0 and 0.03 at this), and textured ones lose nothing.
_BIAS = 0.3

COSTS = {"absolute": np.abs, "squared": np.square}


def search(first, second, block=8, radius=8, cost="absolute", subpixel=False):
    """Full search for the displacement of every block of `first` in `second`.

    The cost of a displacement is the mean difference over those of the block's pixels whose
    target is inside the frame, so that motion across the border is still found; a displacement
    that takes more than half of the block outside is not a candidate. The last blocks of a row
    or column are smaller where the block doesn't divide the size.

    Args:
      first, second: `[H, W]`, grey levels in [0, 255].
      block: side of a block, pixels.
      radius: largest displacement along each axis, pixels.
      cost: "absolute" or "squared" difference.
      subpixel: refine each axis with the vertex of the parabola through the best cost and its
        two neighbours, unless the match is exact (Tian and Huhns 1986, "Algorithms for subpixel
        registration").
    Returns:
      float32 `[H, W, 2]`, (dx, dy) in pixels: the displacement of the block that holds the pixel.
    """
    costs = _costs(np.float32(first), np.float32(second), block, radius, COSTS[cost])
    step = np.arange(-radius, radius + 1)
    biased = costs + _BIAS * np.hypot(step[:, None], step).astype(np.float32)[..., None, None]
    best = biased.reshape(-1, *costs.shape[2:]).argmin(axis=0)
    row, column = np.unravel_index(best, costs.shape[:2])
    flow = np.stack([column, row], axis=-1).astype(np.float32) - radius
    if subpixel:
        inexact = costs[(row, column, *np.indices(best.shape))] > 0
        flow += _parabola_offsets(biased, row, column) * inexact[..., None]
    dense = flow.repeat(block, axis=0).repeat(block, axis=1)
    return dense[: first.shape[0], : first.shape[1]]


def _costs(first, second, block, radius, difference):
    """Cost of every displacement of every block: `[dy, dx, block row, block column]`."""
    rows = _members_inside(first.shape[0], block, radius)
    columns = _members_inside(first.shape[1], block, radius)
    moved = np.lib.stride_tricks.sliding_window_view(np.pad(second, radius), first.shape)
    # A product with the members sums over blocks faster than reduceat; one dy at a time keeps
    # the differences in the processor's cache.
    across, windows = columns.swapaxes(1, 2), zip(rows, moved, strict=True)
    sums = np.stack([row @ difference(window - first) @ across for row, window in windows])
    counts = rows.sum(axis=2)[:, None, :, None] * columns.sum(axis=2)[None, :, None, :]
    enough = 2 * counts >= counts[radius, radius]
    return np.where(enough, sums / np.maximum(counts, 1), np.inf)


def _members_inside(size, block, radius):
    """1 where the block holds the pixel and the frame its target: `[d, block, pixel]`."""
    pixel = np.arange(size)
    target = pixel + np.arange(-radius, radius + 1)[:, None]
    member = pixel // block == np.arange(-(-size // block))[:, None]
    inside = (target >= 0) & (target < size)
    return (member & inside[:, None]).astype(np.float32)


def _parabola_offsets(costs, row, column):
    """Vertices of the parabolas through the least costs, `[block row, block column, (x, y)]`."""
    padded = np.pad(costs, ((1, 1), (1, 1), (0, 0), (0, 0)), constant_values=np.inf)
    blocks = tuple(np.indices(row.shape))

    def cost_at(dx, dy):
        return padded[(row + 1 + dy, column + 1 + dx, *blocks)]

    least = cost_at(0, 0)[..., None]
    before = np.stack([cost_at(-1, 0), cost_at(0, -1)], axis=-1)
    after = np.stack([cost_at(1, 0), cost_at(0, 1)], axis=-1)
    curvature = before - 2 * least + after
    known = np.isfinite(curvature) & (curvature > 0)
    with np.errstate(invalid="ignore"):
        return np.where(known, (before - after) / (2 * curvature), 0)
