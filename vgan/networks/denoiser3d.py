"""A factorised 3-D U-Net that takes noise away, with a level of noise of its own for each frame."""

import math

import keras
import numpy as np
from keras import layers, ops

from vgan.core.arguments import check_whole
from vgan.networks import sizes
from vgan.networks.attention import attend
from vgan.networks.layers import group_normal
from vgan.networks.recurrent import seedless

_CODE = 128
_STILL = {"kernel_initializer": "zeros"}
"""Residual blocks begin by changing nothing."""


def denoiser(clip, condition_channels=0, num_labels=0, channels=32, recurrent=False):
    """Noisy clips and their levels to what a target asks for.

    Squares of 2x2 pixels are places at first. Blocks convolve in space and then in time, and frames
    look at each other at each size; at the smallest one all places do.

    Args:
      channels: width at half the size; twice and thrice as wide below.
      recurrent: at the smallest size a GRU carries on from frame to frame, both ways, in the place
        of attention between all places.
    Returns:
      keras.Model: clip [B, T, H, W, C], level [B, T], condition [B, T, H, W, K], label int [B],
      num_labels for none -> float32 [B, T, H, W, C].
    Raises:
      UsageError: the strides don't divide the clip.

    Source: Ho et al., "Video Diffusion Models", 2022, section 3, factorised in space and time; a
    level for each frame, Chen et al., "Diffusion Forcing", 2024; scale and shift, Dhariwal and
    Nichol, "Diffusion Models Beat GANs on Image Synthesis", 2021, section 3.1.
    """
    check_whole("--denoiser=denoiser3d", 1, channels=channels)
    halvings = max(0, sizes.halvings(min(clip.height, clip.width), 8) - 1)
    sizes.check_strides(
        clip, lambda _: (1, 2 ** (halvings + 1), 2 ** (halvings + 1)), "--denoiser=denoiser3d"
    )
    noisy, level = keras.Input(clip.shape, name="noisy"), keras.Input((clip.frames,), name="level")
    condition = keras.Input((*clip.shape[:3], condition_channels), name="condition")
    label = keras.Input((), dtype="int32", name="label")
    code = _code(level, label, num_labels, clip.frames)
    x = layers.Concatenate()([noisy, condition]) if condition_channels else noisy
    widths = [channels * min(3, 1 + stage) for stage in range(halvings + 1)]
    x = _down_and_up(x, code, widths, recurrent)
    x = layers.Conv3DTranspose(channels, (1, 2, 2), (1, 2, 2))(ops.silu(group_normal(x)))
    x = layers.Concatenate()([x, noisy])
    x = layers.Conv3D(clip.channels, (1, 3, 3), padding="same", dtype="float32", **_STILL)(x)
    return keras.Model([noisy, level, condition, label], x, name="denoiser3d")


def _down_and_up(x, code, widths, recurrent):
    """Features at half the size, at each smaller one, and back, with what passed by at each."""
    passed = []
    for width in widths:
        x = layers.Conv3D(width, (1, 2, 2), (1, 2, 2))(x)
        x = _over_time(_block(x, code, width))
        passed.append(x)
    x = _carried(x) if recurrent else attend(group_normal(x))
    x = _block(x, code, widths[-1])
    for width, skip in zip(widths[::-1], passed[::-1], strict=True):
        if x.shape[2] < skip.shape[2]:
            x = layers.UpSampling3D((1, 2, 2))(x)
        x = _over_time(_block(layers.Concatenate()([x, skip]), code, width))
    return x


def _code(level, label, num_labels, frames):
    """What the level of each frame, and the class, tell the blocks: [B, T, D]."""
    frequencies = np.float32(np.geomspace(1, 1000, _CODE // 2))
    angles = level[..., None] * frequencies
    x = layers.Dense(_CODE)(ops.concatenate([ops.cos(angles), ops.sin(angles)], -1))
    if num_labels:
        kept = layers.Embedding(num_labels + 1, _CODE, name="class")(label)
        x = x + layers.Reshape((1, _CODE))(kept)
    return layers.Dense(_CODE, activation="silu")(ops.silu(x))


def _block(x, code, width):
    """Convolutions in space and in time that are added; the level scales and shifts between."""
    change = layers.Dense(2 * width)(code)
    scale, shift = ops.split(layers.Reshape((-1, 1, 1, 2 * width))(change), 2, axis=-1)
    y = layers.Conv3D(width, (1, 3, 3), padding="same")(ops.silu(group_normal(x)))
    y = ops.silu(group_normal(y) * (1 + scale) + shift)
    kernel = min(3, x.shape[1]), 1, 1  # Never longer than the clip, as conv3d._convolved says.
    y = layers.Conv3D(width, kernel, padding="same", **_STILL)(y)
    if x.shape[-1] != width:
        x = layers.Dense(width)(x)
    return x + y


def _over_time(x):
    """Adds to each place what it finds at its place in all frames, by normed queries and keys.

    Source: of the norms, Dehghani et al., "Scaling Vision Transformers to 22 Billion Parameters",
    2023, section 2.
    """
    frames, height, width, channels = x.shape[1:]
    depth = max(4, channels // 4)
    y = ops.reshape(ops.transpose(group_normal(x), (0, 2, 3, 1, 4)), (-1, frames, channels))
    y = y + _places(frames, channels)
    queries, keys = (layers.Dense(depth, use_bias=False)(y) for _ in ("queries", "keys"))
    queries, keys = layers.RMSNormalization()(queries), layers.RMSNormalization()(keys)
    fit = ops.softmax(ops.matmul(queries, ops.transpose(keys, (0, 2, 1))) / math.sqrt(depth))
    found = layers.Dense(channels, **_STILL)(ops.matmul(fit, layers.Dense(channels)(y)))
    found = ops.reshape(found, (-1, height, width, frames, channels))
    return x + ops.transpose(found, (0, 3, 1, 2, 4))


def _places(frames, channels):
    """Sines and cosines by which frames know their order, [1, T, C]."""
    angles = np.outer(np.arange(frames), np.geomspace(1, 0.01, (channels + 1) // 2))
    both = np.concatenate([np.sin(angles), np.cos(angles)], -1)[None, :, :channels]
    return np.float32(both)


def _carried(x):
    """Adds what a GRU makes of each frame's features on its way through the clip, both ways.

    Source: Ballas et al., "Delving Deeper into Convolutional Networks for Learning Video
    Representations", 2016, for the idea; here whole frames are one step.
    """
    frames, *place = x.shape[1:]
    flat = layers.Reshape((frames, math.prod(place)))(group_normal(x))
    there = seedless(layers.GRU(_CODE, return_sequences=True))(flat)
    back = seedless(layers.GRU(_CODE, return_sequences=True))(ops.flip(flat, axis=1))
    found = layers.Concatenate()([there, ops.flip(back, axis=1)])
    return x + layers.Reshape(x.shape[1:])(layers.Dense(math.prod(place), **_STILL)(found))
