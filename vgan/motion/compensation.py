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
        start = time.perf_counter()
        forward, backward = estimate(first, second), estimate(second, first)
        visible = occlusion.visible(forward, backward)
        _spent.append(time.perf_counter() - start)
        return forward, visible

    frames = [to_uint8(first), to_uint8(second)]
    flow, visible = tf.numpy_function(both_ways, frames, [tf.float32, tf.bool], stateful=False)
    size = first.shape[:3]
    return tf.ensure_shape(flow, [*size, 2]), tf.ensure_shape(visible, size)
