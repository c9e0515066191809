"""A critic of motion-compensated pairs of frames, which learns what motion leaves unexplained.

Source: Chu et al., "Learning Temporal Coherence via Self-Supervision for GAN-based Video
Generation" (TecoGAN), 2020, section 3.1; there for super-resolution, here for any clip.
"""

import keras
import numpy as np
import tensorflow as tf

from vgan.core import spec
from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError
from vgan.motion.compensation import estimate_flow
from vgan.motion.warp import warp
from vgan.networks import strided
from vgan.networks.critic import random_positions
from vgan.networks.frames2d import convolutions, factors
from vgan.networks.sizes import check_strides


def discriminator(
    clip,
    condition_channels=0,
    num_labels=0,
    estimator="dis",
    pairs=1,
    channels=32,
    spectral_norm=True,
):
    """A critic of neighbouring frames and of how well motion explains them, one logit a pair.

    Args:
      clip: ClipSpec of what is judged, of 2 frames or more; sides must be multiples of the strides.
      condition_channels: K of the given frames, judged together with the first frame of a pair.
      estimator: spec string of the flow estimator, see vgan.motion.estimators.
      pairs: random pairs of each clip that are judged.
    Returns:
      Critic with a network [N, H, W, 3 C + 1 + K], label int [N] -> logits [N, 1].
    Raises:
      UsageError: the strides don't divide the clip, it has fewer pairs than are judged, or the
        estimator is unknown or can't see frames so small.
    """
    flag = "--discriminator=compensated"
    check_whole(flag, 1, pairs=pairs, channels=channels)
    if clip.frames <= pairs:
        raise UsageError(
            f"{flag}(pairs={pairs}): a clip of --frames={clip.frames} has {clip.frames - 1} pairs "
            f"of neighbours. Make clips of --frames={pairs + 1} or more, or judge fewer"
        )
    check_strides(clip, factors, flag)
    estimate = estimator_for(clip, estimator, flag)
    depth = 3 * clip.channels + 1 + condition_channels
    view = CompensatedPairs(estimate, pairs, clip.channels)
    shown = keras.Input((clip.height, clip.width, depth), name="pair")
    halving = convolutions(clip, channels, spectral_norm)
    return strided.critic("compensated", view, shown, halving, num_labels, spectral_norm)


def estimator_for(clip, estimator, flag):
    """The estimator of a spec string, which can see the frames of a clip; raises UsageError."""
    estimate = spec.build(spec.parse(estimator), "vgan.motion.estimators.{}")
    still = np.zeros((1, *clip.shape[1:]), np.uint8)
    try:
        estimate(still, still)
    except UsageError as error:
        raise UsageError(f"{flag}(estimator={estimator!r}): {error}") from None
    return estimate


class CompensatedPairs:
    """A view of random neighbouring frames: [x_t, W(x_t+1; F), x_t - W(x_t+1; F), mask].

    One pair is drawn from each of `pairs` equal parts of a clip, so no pair comes twice. The mask
    is 1 where the flow F from x_t to x_t+1 can be followed. No gradient flows through F and mask.

    Args:
      estimate: an estimator of vgan.motion.estimators.
      pairs: how many of each clip.
      channels: C of the frames; a clip's further channels, the given frames, are those of x_t.
    """

    def __init__(self, estimate, pairs, channels):
        self._estimate, self._pairs, self._channels = estimate, pairs, channels

    def __call__(self, video, seed, samples):
        positions = random_positions(seed, samples, self._pairs, video.shape[1] - 1)

        def frames(at):
            chosen = tf.gather(video, at, batch_dims=1)
            return tf.reshape(chosen, [-1, *video.shape[2:]])

        first, given = tf.split(frames(positions), [self._channels, -1], -1)
        second = frames(positions + 1)[..., : self._channels]
        flow, visible = estimate_flow(self._estimate, first, second)
        second = tf.cast(warp(second, flow), first.dtype)
        mask = tf.cast(visible, first.dtype)[..., None]
        return tf.concat([first, second, first - second, mask, given], -1)
