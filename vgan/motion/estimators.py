"""Estimators of optical flow, chosen by a spec such as `dis(finest_scale=0)`.

Each function here makes an `estimate(first, second) -> flow`: frames uint8 `[N, H, W, C]`, RGB
or grey, and flow float32 `[N, H, W, 2]`, (dx, dy) in pixels, `first(p) = second(p + flow(p))`.
"""

import functools
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError
from vgan.motion.block_matching import COSTS, search


def farneback(window=15):
    """Dense flow from polynomial expansion (Farneback 2003).

    Args:
      window: side of the averaging window, pixels: larger is smoother and stands more noise.
    Raises:
      UsageError: a window that is not a whole number from 1 to 1000.
    """
    check_whole("farneback", 1, 1000, window=window)
    return functools.partial(_over_pairs, functools.partial(_farneback, window=window))


def dis(finest_scale=0):
    """Dense inverse search, medium preset (Kroeger et al. 2016, arXiv 1603.03590).

    Args:
      finest_scale: where the image pyramid stops, in halvings: 0 is full resolution, and only
        that explains the motion of small frames.
    Raises:
      UsageError: a scale that is not a whole number from 0 to 10; later, frames too small for it.
    """
    check_whole("dis", 0, 10, finest_scale=finest_scale)
    return functools.partial(_over_pairs, functools.partial(_dis, finest_scale=finest_scale))


def block_matching(block=8, radius=8, cost="absolute", subpixel=False):
    """Full-search block matching; see `vgan.motion.block_matching.search` for the arguments.

    Raises:
      UsageError: a block or radius that is not a whole number from 1 to 1000, or an unknown cost.
    """
    check_whole("block_matching", 1, 1000, block=block, radius=radius)
    if cost not in COSTS:
        raise UsageError(f"cost {cost!r}: unknown. Choose one of: {', '.join(COSTS)}")
    match = functools.partial(search, block=block, radius=radius, cost=cost, subpixel=subpixel)
    return functools.partial(_over_pairs, match)


def _over_pairs(estimate_pair, first, second):
    frames_fit = first.ndim == 4 and first.shape[-1] in (1, 3) and first.shape == second.shape
    if not frames_fit or first.dtype != np.uint8 or second.dtype != np.uint8:
        raise ValueError(
            "first and second must be uint8 [N, H, W, 1 or 3] of one shape, not "
            f"{first.dtype} {first.shape} and {second.dtype} {second.shape}"
        )
    flow = np.empty((*first.shape[:3], 2), np.float32)

    def fill(n):
        flow[n] = estimate_pair(_grey(first[n]), _grey(second[n]))

    list(_pool().map(fill, range(len(flow))))
    return flow


@functools.cache
def _pool():
    # OpenCV's own threads make small frames slower and would fight with the pool's.
    cv2.setNumThreads(1)
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="flow")


def _grey(frame):
    if frame.shape[-1] == 1:
        return np.ascontiguousarray(frame[..., 0])
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


def _farneback(first, second, window):
    return cv2.calcOpticalFlowFarneback(
        first, second, None, 0.5, 3, window, iterations=3, poly_n=5, poly_sigma=1.2, flags=0
    )


def _dis(first, second, finest_scale):
    height, width = first.shape
    # Below these OpenCV raises, chooses other scales without a word, or crashes the process.
    least_short = 8 << finest_scale
    least_long = 23 << finest_scale if finest_scale else 12
    if min(height, width) < least_short or max(height, width) < least_long:
        raise UsageError(
            f"frames of {height}x{width}: too small for dis(finest_scale={finest_scale}), which "
            f"needs at least {least_short} pixels on the short side and {least_long} on the long "
            "one. Take larger frames, or choose farneback or block_matching"
        )
    return _dis_object(threading.get_ident(), height, width, finest_scale).calc(first, second, None)


@functools.lru_cache(maxsize=256)
def _dis_object(thread, height, width, finest_scale):
    """One object for each thread and size: it isn't thread safe and keeps buffers of its size."""
    estimator = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    estimator.setFinestScale(finest_scale)
    return estimator
