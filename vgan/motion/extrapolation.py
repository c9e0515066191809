"""The frames after the last two, without a network: the baseline of prediction."""

import numpy as np

from vgan.motion import remap


def extrapolate(previous, last, times, estimate):
    """Pushes the last flow on: every pixel of `last` keeps the speed it came with.

    The fastest covers the others (`remap.carried`), and a place that nothing reaches keeps the
    speed that it had.

    Args:
      previous, last: uint8 `[N, H, W, 3]`, neighbouring frames.
      times: sequence of K numbers above 0, in frames after `last`: 1 is the next frame.
      estimate: an estimator of vgan.motion.estimators.
    Returns:
      uint8 `[N, K, H, W, 3]`; what comes into the frame is its border, replicated.
    Raises:
      ValueError: a time that is not above 0.
    """
    wrong = [t for t in times if not t > 0]
    if wrong:
        raise ValueError(f"times {wrong}: give numbers above 0")
    back = estimate(last, previous)

    def at(t):
        carried = remap.carried(back, -t)
        return remap.backward(last, t * np.where(np.isnan(carried), back, carried))

    frames = [at(t) for t in times]
    return np.uint8(np.stack(frames, axis=1) + 0.5)
