"""A critic of how things move, which sees flow and no pictures.

The generator knows the flow of its clips, so none has to be estimated for them, and gradients reach
its motion alone. Real clips' flow is estimated.
"""

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from vgan.core import spec
from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError
from vgan.motion.compensation import estimate_forward
from vgan.networks import strided
from vgan.networks.critic import Critic
from vgan.networks.layers import convolution
from vgan.networks.sizes import check_strides, halvings

_NEAR = 5
"""Pixels a side in which flow is spread, so that estimates and what a generator knows are alike."""


def discriminator(
    clip,
    condition_channels=0,
    num_labels=0,
    estimator="dis",
    channels=32,
    spectral_norm=True,
    minibatch_std=0,
):
    """A critic of flow fields over time, one logit a clip.

    They have a flow for each of the 8x8 or a few more cells of a frame.

    A cell's flow is the mean over its pixels, weighted by the gradient of the frame there, since
    flow means nothing on plain ground. The weights have no gradient.

    Args:
      clip: ClipSpec of 2 frames or more; sides must be multiples of the cells'.
      condition_channels: of what is given, which it doesn't look at.
      estimator: spec string of the flow estimator for real clips, see vgan.motion.estimators.
      minibatch_std: size of the groups whose spread the last convolution sees; 0 for none.
    Returns:
      Critic with a network [N, T-1, h, w, 2], label int [N] -> logits [N, 1].
    Raises:
      UsageError: a clip of one frame, sides that don't fit, or an estimator that is unknown or
        can't see frames so small.
    """
    del condition_channels
    flag = "--discriminator=flow_fields"
    check_whole(flag, 1, channels=channels)
    if clip.frames < 2:
        raise UsageError(f"{flag}: a clip of --frames=1 has no motion. Use 2 or more")
    check_strides(clip, _factors, flag)
    estimate = spec.build(spec.parse(estimator), "vgan.motion.estimators.{}")
    still = np.zeros((1, *clip.shape[1:]), np.uint8)
    try:
        estimate(still, still)
    except UsageError as error:
        raise UsageError(f"{flag}(estimator={estimator!r}): {error}") from None
    side = _factors(clip)[1]
    cells = clip.height // side, clip.width // side
    shown = keras.Input((clip.frames - 1, *cells, 2), name="flow")
    convolutions = [
        functools.partial(_convolved, width=channels * 2**stage, spectral_norm=spectral_norm)
        for stage in range(2)
    ]
    options = {"minibatch_std": minibatch_std}
    critic = strided.critic(
        "flow_fields", None, shown, convolutions, num_labels, spectral_norm, **options
    )
    return FlowCritic(critic.network, functools.partial(flow_of, estimate), side, critic.entangled)


def _factors(clip):
    side = 2 ** halvings(min(clip.height, clip.width), 8)
    return 1, side, side


class FlowCritic(Critic):
    """Judges how clips move.

    Args:
      network: as of Critic, [N, T-1, h, w, 2], label int [N] -> logits.
      side: of a cell, in pixels.
      flow_of: video -> its flow, for clips whose flow isn't known.
      entangled: as of Critic.
    """

    needs_flow = True

    def __init__(self, network, flow_of, side, entangled):
        super().__init__(network, None, entangled)
        self.flow_of, self._side = flow_of, side

    def inputs(self, seen, condition, seed, samples):
        """The flow of the cells of each clip, [B, T-1, h, w, 2]."""
        del condition, seed, samples
        flow = self.flow_of(seen.video) if seen.flow is None else seen.flow
        flow, video = (tf.cast(of, tf.float32) for of in (flow, seen.video))
        return in_cells(flow, video, self._side)


def flow_of(estimate, video):
    """The estimated flow float32 [B, T-1, H, W, 2] of clips float [B, T, H, W, C]."""
    shape = video.shape
    pairs = (tf.reshape(of, [-1, *shape[2:]]) for of in (video[:, :-1], video[:, 1:]))
    flow = estimate_forward(estimate, *pairs)
    return tf.reshape(flow, [-1, shape[1] - 1, *shape[2:4], 2])


def in_cells(flow, video, side):
    """Flow [B, T-1, H, W, 2] of clips [B, T, H, W, C], averaged in squares of a side."""
    size = flow.shape
    grey = tf.reshape(tf.reduce_mean(video[:, :-1], -1, keepdims=True), [-1, *size[2:4], 1])
    slopes = tf.image.sobel_edges(tf.stop_gradient(grey))[..., 0, :] / 8
    weights = tf.stop_gradient(tf.sqrt(tf.reduce_sum(slopes**2, -1, keepdims=True) + 1e-8))
    flow = _spread(tf.reshape(flow, [-1, *size[2:]]))
    both = tf.nn.avg_pool2d(tf.concat([weights * flow, weights], -1), side, side, "VALID")
    weighted, weight = tf.split(both, [2, 1], -1)
    return tf.reshape(weighted / (weight + 0.02), [-1, size[1], *weighted.shape[1:]])


def _spread(flow):
    """Flow [N, H, W, 2] that also lies a little outside of what moves, as estimates of it do."""
    square = tf.stop_gradient(tf.reduce_sum(flow**2, -1, keepdims=True))
    moving = square / (square + 0.01)
    near = tf.nn.avg_pool2d(tf.concat([flow, moving], -1), _NEAR, 1, "SAME")
    flow, moving = tf.split(near, [2, 1], -1)
    return flow / (moving + 0.05)


def _convolved(x, width, spectral_norm):
    # Time kernels are never longer than the clip, as conv3d._convolved says.
    kernel, stride = (min(4, x.shape[1]), 4, 4), (min(2, x.shape[1]), 2, 2)
    return convolution(layers.Conv3D, width, kernel, stride, spectral_norm)(x)
