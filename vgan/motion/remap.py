"""Frames looked up along flow, and flow carried along itself: no TensorFlow, no gradients."""

import cv2
import numpy as np

KINDS = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC}


def backward(frames, flow, kind="bilinear"):
    """Looks up `frames(p + flow(p))` for every pixel p, the border replicated.

    The same as `vgan.motion.warp.warp`, for arrays.

    Args:
      frames: `[N, H, W, C]` of any type that float32 can hold; C of at most 4.
      flow: float32 `[N, h, w, 2]`, (dx, dy) in pixels.
      kind: "bilinear" or "bicubic", one of `KINDS`.
    Returns:
      float32 `[N, h, w, C]`; bicubic may leave the range of what it is given.
    """
    height, width = flow.shape[1:3]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    flow = np.asarray(flow, np.float32)
    how = {"interpolation": KINDS[kind], "borderMode": cv2.BORDER_REPLICATE}
    looked_up = [
        cv2.remap(np.float32(frame), columns + dx, rows + dy, **how)
        for frame, (dx, dy) in zip(frames, np.moveaxis(flow, -1, 1), strict=True)
    ]
    # OpenCV drops a last axis of one channel.
    return np.reshape(looked_up, (*flow.shape[:3], frames.shape[-1]))


def carried(flow, time):
    """Flow at the places that its own pixels reach.

    Where several arrive, the fastest covers the others: what moves is mostly in front.

    Args:
      flow: float32 `[N, H, W, 2]`, (dx, dy) in pixels.
      time: how long the pixels go along it; negative goes against it.
    Returns:
      float32 `[N, H, W, 2]`, NaN where none arrives.
    """
    return np.stack([_carried(field, time) for field in flow])


def _carried(field, time):
    height, width = field.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    x = np.rint(columns + time * field[..., 0]).astype(int)
    y = np.rint(rows + time * field[..., 1]).astype(int)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    slowest_first = np.argsort(np.hypot(*field[inside].T), kind="stable")
    result = np.full_like(field, np.nan)
    result[y[inside][slowest_first], x[inside][slowest_first]] = field[inside][slowest_first]
    return result
