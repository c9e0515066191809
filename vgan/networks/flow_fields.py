"""A critic of how things move, which sees flow and no pictures.

The generator knows the flow of its clips, so none has to be estimated for them, and gradients reach
its motion alone. Real clips' flow is estimated.
"""

import functools

import keras
import tensorflow as tf
from keras import layers

from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError
from vgan.motion.compensation import estimate_forward
from vgan.networks import strided
from vgan.networks.compensated import estimator_for
from vgan.networks.critic import Critic
from vgan.networks.layers import convolution
from vgan.networks.sizes import check_strides, halvings


def discriminator(
    clip,
    condition_channels=0,
    num_labels=0,
    estimator="dis",
    every=2,
    channels=32,
    spectral_norm=True,
    minibatch_std=0,
):
    """A critic of flow fields over time, one logit a clip.

    A frame's shorter side has 8 to 15 cells. A cell's flow is a mean over its pixels, weighted by
    the gradient of the frame there, since flow means nothing on plain ground, and by whether they
    move at all. The weights have no gradient.

    Args:
      clip: ClipSpec of 2 frames or more; sides must be multiples of the cells'.
      condition_channels: of what is given, which it doesn't look at.
      estimator: spec string of the flow estimator for real clips, see vgan.motion.estimators.
      every: look at every so many-th pair of neighbouring frames.
      minibatch_std: size of the groups whose spread the last convolution sees; 0 for none.
    Returns:
      Critic with a network [N, n, h, w, 2], label int [N] -> logits [N, 1].
    Raises:
      UsageError: a clip of one frame, sides that don't fit, or an estimator that is unknown or
        can't see frames so small.
    """
    del condition_channels
    flag = "--discriminator=flow_fields"
    check_whole(flag, 1, every=every, channels=channels)
    if clip.frames < 2:
        raise UsageError(f"{flag}: a clip of --frames=1 has no motion. Use 2 or more")
    check_strides(clip, _factors, flag)
    estimate = estimator_for(clip, estimator, flag)
    side = _factors(clip)[1]
    cells = clip.height // side, clip.width // side
    pairs = len(range(0, clip.frames - 1, every))
    shown = keras.Input((pairs, *cells, 2), name="flow")
    convolutions = [
        functools.partial(_convolved, width=channels * 2**stage, spectral_norm=spectral_norm)
        for stage in range(2)
    ]
    options = {"minibatch_std": minibatch_std}
    critic = strided.critic(
        "flow_fields", None, shown, convolutions, num_labels, spectral_norm, **options
    )
    return FlowCritic(critic.network, estimate, every, side, critic.entangled)


def _factors(clip):
    side = 2 ** halvings(min(clip.height, clip.width), 8)
    return 1, side, side


class FlowCritic(Critic):
    """Judges how clips move.

    Args:
      network: as of Critic, [N, n, h, w, 2], label int [N] -> logits.
      estimate: an estimator of vgan.motion.estimators, for clips whose flow isn't known.
      every: it looks at every so many-th pair of neighbouring frames, n in all.
      side: of a cell, in pixels.
      entangled: as of Critic.
    """

    needs_flow = True

    def __init__(self, network, estimate, every, side, entangled):
        super().__init__(network, None, entangled)
        self._estimate, self._every, self._side = estimate, every, side

    def inputs(self, seen, condition, seed, samples):
        """The flow of the cells of each clip, [B, n, h, w, 2]."""
        del condition, seed, samples
        flow = self.estimated(seen.video) if seen.flow is None else seen.flow
        flow, video = (tf.cast(of, tf.float32) for of in (flow, seen.video))
        return in_cells(flow, self._firsts(video), self._side)

    def chosen(self, flow):
        """Of a flow [B, T-1, H, W, 2] what it looks at, [B, n, H, W, 2]."""
        return flow[:, :: self._every]

    def estimated(self, video):
        """The same of clips float [B, T, H, W, C] whose flow isn't known."""
        first, second = self._firsts(video), video[:, 1 :: self._every]
        pairs = (tf.reshape(of, [-1, *video.shape[2:]]) for of in (first, second))
        flow = estimate_forward(self._estimate, *pairs)
        return tf.reshape(flow, [-1, first.shape[1], *flow.shape[1:]])

    def _firsts(self, video):
        return video[:, : -1 : self._every]


def in_cells(flow, video, side):
    """Flow [B, n, H, W, 2] of frames [B, n, H, W, C], a mean for each square of a side."""
    steep = _steepness(tf.stop_gradient(video))
    square = tf.stop_gradient(tf.reduce_sum(flow**2, -1, keepdims=True))
    moving = square / (square + 0.01)
    fine = min(2, side)
    together = _means(tf.concat([moving * flow, moving, steep], -1), fine)
    flow, moving, steep = tf.split(together, [2, 1, 1], -1)
    flow = _spread(flow, moving)
    weighted, weight = tf.split(
        _means(tf.concat([steep * flow, steep], -1), side // fine), [2, 1], -1
    )
    return weighted / (weight + 0.02)


def _spread(flow, moving):
    """Flow that also lies a little outside of what moves, as estimates of it do."""
    both = tf.concat([flow, moving], -1)
    near = tf.nn.avg_pool2d(tf.reshape(both, [-1, *both.shape[2:]]), 3, 1, "SAME")
    flow, moving = tf.split(tf.reshape(near, tf.shape(both)), [2, 1], -1)
    return flow / (moving + 0.05)


def _steepness(video):
    """The length of the gradient of the grey level at each pixel, [B, T, H, W, 1]."""
    grey = tf.reduce_mean(video, -1, keepdims=True)
    around = tf.pad(grey, [[0, 0], [0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
    across = around[:, :, 1:-1, 2:] - around[:, :, 1:-1, :-2]
    down = around[:, :, 2:, 1:-1] - around[:, :, :-2, 1:-1]
    return tf.sqrt(across**2 + down**2) / 2


def _means(values, side):
    """Means of the squares of a side of values [B, n, H, W, C]."""
    frames, height, width, depth = values.shape[1:]
    cells = [height // side, side, width // side, side]
    return tf.reduce_mean(tf.reshape(values, [-1, frames, *cells, depth]), [3, 5])


def _convolved(x, width, spectral_norm):
    # Time kernels are never longer than the clip, as conv3d._convolved says.
    kernel, stride = (min(4, x.shape[1]), 4, 4), (min(2, x.shape[1]), 2, 2)
    return convolution(layers.Conv3D, width, kernel, stride, spectral_norm)(x)
