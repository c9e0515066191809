"""A small volume that says what happens where and when, and what is drawn of it."""

import math

from keras import layers, ops

from vgan.networks.attention import attend
from vgan.networks.layers import QUIET, activated, shrunk
from vgan.networks.sizes import halvings

_VOLUME = 48, 32
"""Widths at 4x4 and above."""


def doublings(clip):
    """How often about 4x4 is doubled to the size of a clip."""
    return max(1, halvings(min(clip.height, clip.width), 4))


def volume(style, motion, condition, clip, attention=False):
    """What happens where and when: features from 4x4 by doublings, to a quarter of the size.

    Args:
      style: [B, D]; motion: [B, T, M], what happens when.
      condition: [B, T, H, W, K], what is given.
      attention: let all places and times of the smallest size look at each other.
    Returns:
      [B, T, h, w, C]; h is H / 4 where H is 16 or more.
    """
    steps = doublings(clip)
    small = [side // 2**steps for side in (clip.height, clip.width)]
    size = math.prod(small) * _VOLUME[0]
    x = layers.Dense(size)(motion) + layers.Reshape((1, size))(layers.Dense(size)(style))
    x = activated(layers.Reshape((clip.frames, *small, _VOLUME[0]))(x), style)
    if attention:
        x = attend(x)
    kernel = min(3, clip.frames), 3, 3  # Never longer than the clip, as conv3d._convolved says.
    x = layers.Conv3D(_VOLUME[0], kernel, padding="same")(with_given(x, condition, clip))
    for _ in range(steps - 2):
        x = with_given(activated(x, style), condition, clip)
        x = layers.Conv3DTranspose(_VOLUME[1], (1, 4, 4), (1, 2, 2), padding="same")(x)
    x = activated(x, style)
    return with_given(x, condition, clip)


def with_given(x, condition, clip):
    """Features, and what is given at their size."""
    if not condition.shape[-1]:
        return x
    return layers.Concatenate()([x, shrunk(condition, clip, x)])


def fields(volume, depth):
    """Fields [B, T, h, w, depth] of flow and the like, at the volume's size, 0 at first."""
    kernel = min(3, volume.shape[1]), 3, 3
    how = {"padding": "same", "kernel_initializer": QUIET, "dtype": "float32"}
    return layers.Conv3D(depth, kernel, **how)(volume)


def draw_anew(volume, style, video, masks, width):
    """What is drawn anew in each frame, [B, T, H, W, C], and its mask, a fiftieth at first.

    The volume, doubled to half the size, and what it sees of the video go through a 3-D
    convolution, and are doubled again.
    """
    channels, frames = video.shape[-1], video.shape[1]
    scale = video.shape[2] // volume.shape[2] // 2
    if scale > 1:
        volume = layers.Conv3DTranspose(2 * width, (1, 4, 4), (1, 2, 2), padding="same")(volume)
    shown = layers.AveragePooling3D((1, 2, 2))(ops.concatenate([video, masks], axis=-1))
    x = layers.Concatenate()([volume, shown])
    x = layers.Conv3D(2 * width, (min(3, frames), 3, 3), padding="same")(x)
    how = {"padding": "same", "kernel_initializer": QUIET, "dtype": "float32"}
    doubled = layers.Conv3DTranspose(channels + 1, (1, 4, 4), (1, 2, 2), **how)
    colours, mask = ops.split(doubled(activated(x, style)), [channels], axis=-1)
    return ops.tanh(colours), ops.sigmoid(mask - 4)
