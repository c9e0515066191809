"""Statistics of motion, to compare made clips with real ones."""

import numpy as np

from vgan.motion import occlusion, remap

NAMES = ("magnitude", "acceleration", "change", "warp_error", "occluded")
"""The statistics of motion."""

_BLOCK = 4
"""Clips at a time: as many as fit into the processor's cache, which is several times as fast."""


def statistics(videos, estimate):
    """Measures the motion of each clip.

    Args:
      videos: uint8 [N, T, H, W, 3], T of at least 2.
      estimate: a flow estimator of vgan.motion.estimators.
    Returns:
      dict of float64 [N]: `magnitude`, the mean length of the flow in pixels a frame;
      `change`, the mean absolute difference of neighbouring frames, in [0, 255]; `warp_error`,
      the same where frames are motion-compensated, over visible pixels;
      `occluded`, the share of pixels whose flow can't be followed; `acceleration`, the mean
      length of the flow's change at a pixel from one frame to the next (0 for fewer than 3).
    """
    blocks = [_measure(videos[n : n + _BLOCK], estimate) for n in range(0, len(videos), _BLOCK)]
    return {name: np.concatenate([block[name] for block in blocks]) for name in NAMES}


def near_static_limit(real_magnitude):
    """The magnitude below which a clip counts as near-static: a tenth of the real clips' median."""
    return 0.1 * np.median(real_magnitude)


def _measure(videos, estimate):
    clips, frames, height, width, _ = videos.shape
    first = videos[:, :-1].reshape(-1, height, width, 3)
    second = videos[:, 1:].reshape(-1, height, width, 3)
    flow = estimate(first, second)
    visible = occlusion.visible(flow, estimate(second, first))
    error = np.abs(first.astype(np.float32) - remap.backward(second, flow)).mean(-1)
    turns = np.diff(flow.reshape(clips, frames - 1, height, width, 2), axis=1)
    per_pair = {
        "magnitude": _length(flow).mean((1, 2)),
        "change": np.abs(first.astype(np.float32) - second).mean((1, 2, 3)),
        "warp_error": (error * visible).sum((1, 2)) / np.maximum(visible.sum((1, 2)), 1),
        "occluded": 1.0 - visible.mean((1, 2)),
        "acceleration": _length(turns).mean((2, 3)),
    }
    return {
        name: values.astype(np.float64).reshape(clips, -1).sum(1) / max(values.size // clips, 1)
        for name, values in per_pair.items()
    }


def _length(vectors):
    return np.hypot(vectors[..., 0], vectors[..., 1])
