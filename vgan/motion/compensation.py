"""What motion compensation needs in a training step."""

import tensorflow as tf

from vgan.clip import to_uint8
from vgan.motion import occlusion


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

    frames = [to_uint8(first), to_uint8(second)]
    flow, visible = tf.numpy_function(both_ways, frames, [tf.float32, tf.bool], stateful=False)
    size = first.shape[:3]
    return tf.ensure_shape(flow, [*size, 2]), tf.ensure_shape(visible, size)
