"""A small volume that says what happens where and when, and what is drawn of it."""

import math

from keras import layers, ops

from vgan.networks.attention import attend
from vgan.networks.layers import QUIET, MeanPooling, activated
from vgan.networks.sizes import halvings

BEYOND = 2
"""Frames before and after a clip for which the volume begins; one is left of them for what is drawn
of it. So no convolution over time meets an end, where it would do otherwise than in the middle."""

_VOLUME = 48, 32
"""Widths at 4x4 and above."""


def doublings(clip):
    """How often about 4x4 is doubled to the size of a clip."""
    return max(1, halvings(min(clip.height, clip.width), 4))


def volume(style, motion, condition, clip, attention=False):
    """What happens where and when: features from 4x4 by doublings, to a quarter of the size.

    Args:
      style: [B, D]; motion: [B, T + 4, M], what happens when.
      condition: [B, T, H, W, K], what is given.
      attention: let all places and times of the smallest size look at each other.
    Returns:
      [B, T + 2, h, w, C]; h is H / 4 where H is 16 or more.
    """
    steps = doublings(clip)
    small = [side // 2**steps for side in (clip.height, clip.width)]
    size = math.prod(small) * _VOLUME[0]
    x = layers.Dense(size)(motion) + layers.Reshape((1, size))(layers.Dense(size)(style))
    x = activated(layers.Reshape((-1, *small, _VOLUME[0]))(x), style)
    if attention:
        x = attend(x)
    x = _through_time(_VOLUME[0])(with_given(x, condition))
    for _ in range(steps - 2):
        x = with_given(activated(x, style), condition)
        x = layers.Conv3DTranspose(_VOLUME[1], (1, 4, 4), (1, 2, 2), padding="same")(x)
    x = activated(x, style)
    return with_given(x, condition)


def with_given(x, condition):
    """Features, and what is given at their size; nothing is given beyond the clip."""
    if not condition.shape[-1]:
        return x
    beyond = max(0, x.shape[1] - condition.shape[1]) // 2
    if beyond:
        condition = layers.ZeroPadding3D((beyond, 0, 0))(condition)
    factors = [
        whole // small for whole, small in zip(condition.shape[1:4], x.shape[1:4], strict=True)
    ]
    return layers.Concatenate()([x, MeanPooling(factors)(condition)])


def fields(volume, depth):
    """Fields [B, T, h, w, depth] of flow and the like, at the volume's size, 0 at first."""
    return _through_time(depth, kernel_initializer=QUIET, dtype="float32")(volume)


def _through_time(depth, **how):
    """A convolution that leaves two frames fewer."""

    def convolve(x):
        return layers.Conv3D(depth, 3, **how)(layers.ZeroPadding3D((0, 1, 1))(x))

    return convolve


def draw_anew(volume, style, video, masks, width):
    """What is drawn anew in each frame, [B, T, H, W, C], and its mask, a fiftieth at first.

    The volume, doubled to half the size, and what it sees of the video go through a 3-D
    convolution, and are doubled again.
    """
    channels, frames = video.shape[-1], video.shape[1]
    scale, volume = video.shape[2] // volume.shape[2] // 2, volume[:, 1:-1]
    if scale > 1:
        volume = layers.Conv3DTranspose(2 * width, (1, 4, 4), (1, 2, 2), padding="same")(volume)
    shown = MeanPooling((1, 2, 2))(ops.concatenate([video, masks], axis=-1))
    x = layers.Concatenate()([volume, shown])
    x = layers.Conv3D(2 * width, (min(3, frames), 3, 3), padding="same")(x)
    how = {"padding": "same", "kernel_initializer": QUIET, "dtype": "float32"}
    doubled = layers.Conv3DTranspose(channels + 1, (1, 4, 4), (1, 2, 2), **how)
    colours, mask = ops.split(doubled(activated(x, style)), [channels], axis=-1)
    return ops.tanh(colours), ops.sigmoid(mask - 4)
