"""Frames between two frames, without a network: `flow()`, `blocks()` and `blend()`.

Each function here makes a `between(first, second, times) -> frames`: frames uint8 `[N, H, W, 3]`,
times a sequence of K numbers in (0, 1), 0 being the first frame, and what comes back uint8
`[N, K, H, W, 3]`. A time out of its range is a ValueError.
"""

import functools

import cv2
import numpy as np

from vgan.core import spec
from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError
from vgan.motion import occlusion, remap

# Of the cost, per pixel of displacement: flat areas stand still, as in block_matching.
_BIAS = 0.3
# What a frame weighs that doesn't show the pixel: it decides only where neither does.
_UNSEEN = 1e-3


def flow(estimator="dis()", kind="bilinear"):
    """Both frames are moved along optical flow, and each shows what the other hides.

    Jiang et al. 2018, "Super SloMo", equation 4 for the flow at a time between, but of flow that
    is carried to that time (edges stay with what moves), and 5 for the blend; visibility by
    `occlusion.visible`, from flow both ways, where they learn it.

    Args:
      estimator: a spec of vgan.motion.estimators.
      kind: "bilinear" or "bicubic" compensation.
    Raises:
      UsageError: an unknown estimator or kind.
    """
    if kind not in remap.KINDS:
        raise UsageError(f"kind {kind!r}: unknown. Choose one of: {', '.join(remap.KINDS)}")
    estimate = spec.build(spec.parse(estimator), "vgan.motion.estimators.{}")
    return functools.partial(_by_flow, estimate, kind)


def blocks(block=16, radius=8):
    """Both frames are moved along what a search from the time between finds, block by block.

    For the block around each pixel, all whole displacements from the first frame to the second
    through that pixel are tried: so nothing between is left without one (Choi et al. 2007,
    "Motion-compensated frame interpolation using bilateral motion estimation and adaptive
    overlapped block motion compensation", there with blocks side by side).

    Args:
      block: side of a block, pixels; an even one is centred half a pixel off.
      radius: largest displacement from frame to frame along each axis, pixels.
    Raises:
      UsageError: a block or radius that is not a whole number from 1 to 1000.
    """
    check_whole("blocks", 1, 1000, block=block, radius=radius)
    return functools.partial(_by_blocks, block, radius)


def blend():
    """A cross-fade, the baseline that knows no motion."""

    def fade(first, second, times):
        return _at_times(lambda t: _mix(t, np.float32(first), np.float32(second), 1, 1), times)

    return fade


def _by_flow(estimate, kind, first, second, times):
    forward, backward = estimate(first, second), estimate(second, first)
    kept = np.float32(occlusion.visible(forward, backward))[..., None]
    known = np.float32(occlusion.visible(backward, forward))[..., None]

    def at(t):
        onward = _onward(forward, backward, t)
        to_first, to_second = -t * onward, (1 - t) * onward
        # What the first frame doesn't know yet is seen in the second alone, and the reverse.
        in_first = remap.backward(known, to_second)
        in_second = remap.backward(kept, to_first)
        moved = remap.backward(first, to_first, kind), remap.backward(second, to_second, kind)
        return _mix(t, *moved, in_first, in_second)

    return _at_times(at, times)


def _onward(forward, backward, t):
    """Flow from the first frame to the second at the places where it is at time t."""
    from_first, from_second = remap.carried(forward, t), -remap.carried(backward, 1 - t)
    before = np.where(np.isnan(from_first), from_second, from_first)
    after = np.where(np.isnan(from_second), from_first, from_second)
    onward = (1 - t) * before + t * after
    return np.where(np.isnan(onward), forward, onward)


def _by_blocks(block, radius, first, second, times):
    greys = [
        [np.float32(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)) for frame in pair]
        for pair in zip(first, second, strict=True)
    ]

    def at(t):
        through = np.stack([_through(*pair, t, block, radius) for pair in greys])
        to_first, to_second = -t * through, (1 - t) * through
        moved = remap.backward(first, to_first), remap.backward(second, to_second)
        return _mix(t, *moved, _inside(to_first), _inside(to_second))

    return _at_times(at, times)


def _at_times(at, times):
    wrong = [t for t in times if not 0 < t < 1]
    if wrong:
        raise ValueError(f"times {wrong}: give numbers between 0 and 1")
    frames = np.stack([at(t) for t in times], axis=1)
    return np.uint8(frames.clip(0, 255) + 0.5)


def _mix(t, first, second, in_first, in_second):
    first_weight = (1 - t) * (in_first + _UNSEEN)
    second_weight = t * (in_second + _UNSEEN)
    return (first_weight * first + second_weight * second) / (first_weight + second_weight)


def _through(first, second, t, block, radius):
    """Displacements `[H, W, 2]` from grey frame to grey frame through the pixels at time t."""
    best = np.full(first.shape, np.inf, np.float32)
    displacement = np.zeros((*first.shape, 2), np.float32)
    # Outside of a frame nothing can be compared, which NaN marks.
    padded = [np.pad(grey, radius, constant_values=np.nan) for grey in (first, second)]
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            x, y = -round(t * dx), -round(t * dy)
            before = _shifted(padded[0], x, y, radius)
            after = _shifted(padded[1], x + dx, y + dy, radius)
            cost = _block_means(np.abs(before - after), block) + _BIAS * np.hypot(dx, dy)
            better = cost < best
            best[better] = cost[better]
            displacement[better] = dx, dy
    return displacement


def _shifted(padded, x, y, radius):
    height, width = np.subtract(padded.shape, 2 * radius)
    return padded[radius + y :, radius + x :][:height, :width]


def _block_means(values, block):
    """Means over the known values of the blocks around pixels; infinite where most are unknown."""
    known = ~np.isnan(values)
    sums, shares = (
        cv2.boxFilter(np.float32(part), -1, (block, block), borderType=cv2.BORDER_CONSTANT)
        for part in (np.where(known, values, 0), known)
    )
    return np.where(shares > 0.25, sums / np.maximum(shares, 1e-6), np.inf)


def _inside(flow):
    height, width = flow.shape[1:3]
    x = np.arange(width) + flow[..., 0]
    y = np.arange(height)[:, None] + flow[..., 1]
    return ((x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1))[..., None]
