"""What motion compensation needs in a training step."""

import time

import tensorflow as tf

from vgan.core.clip import to_uint8
from vgan.motion import occlusion

_spent = []


def take_seconds():
    """The seconds that estimates of flow have taken on the host since this was last called."""
    seconds = sum(_spent)
    _spent.clear()
    return seconds


def charbonnier(x, epsilon=1e-3):
    """A smooth absolute value, sqrt(x^2 + epsilon^2) - epsilon."""
    return tf.sqrt(tf.square(x) + epsilon**2) - epsilon


def estimate_flow(estimate, first, second):
    """Flow between frames, and where it can be followed, outside of the graph and its gradients.

    Args:
      estimate: an estimator of vgan.motion.estimators.
      first, second: float32 [N, H, W, C] in [-1, 1].
    Returns:
      flow float32 [N, H, W, 2] first -> second, and visible bool [N, H, W].
    """

    def both_ways(first, second):
        forward, backward = estimate(first, second), estimate(second, first)
        return forward, occlusion.visible(forward, backward)

    flow, visible = _on_host(both_ways, first, second, [tf.float32, tf.bool])
    size = first.shape[:3]
    return tf.ensure_shape(flow, [*size, 2]), tf.ensure_shape(visible, size)


def estimate_forward(estimate, first, second):
    """As `estimate_flow`, the flow alone, in half the time."""
    flow = _on_host(estimate, first, second, tf.float32)
    return tf.ensure_shape(flow, [*first.shape[:3], 2])


def _on_host(work, first, second, types):
    def timed(*frames):
        start = time.perf_counter()
        found = work(*frames)
        _spent.append(time.perf_counter() - start)
        return found

    frames = [to_uint8(first), to_uint8(second)]
    return tf.numpy_function(timed, frames, types, stateful=False)
