"""A 2-D U-Net that paints each frame of what it is given anew, for translations.

It keeps nothing of what is given by a mask, and unless it is to retouch adds nothing to that: with
either, generators that undo each other's translations came to rest where both change nothing. One
that is undone by none keeps its content best when it begins with that.

Source: Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015.
"""

import functools
import math

import keras
from keras import layers, ops

from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError
from vgan.networks import sizes
from vgan.networks.layers import QUIET, MeanPooling, activated, generator_inputs
from vgan.networks.sizes import check_strides

ALMOST = 0.98
"""Of what is given, so that black and white can be reached by the inverse of tanh."""


def generator(
    clip, condition_channels=0, num_labels=0, latent_dim=16, channels=16, time=3, retouch=False
):
    """Each frame of what is given, to the frame that is wanted.

    Frames go through one network each, so that what moves is painted alike wherever it is; only at
    the smallest size neighbours in time are seen. Where nothing is given, frames are mid-gray.

    Args:
      latent_dim: length of the latent vector, which scales channels, the same in all frames.
      channels: width at full size; each smaller size is twice as wide, up to fourfold.
      time: frames that are seen together at the smallest size, an odd number; 1 for one alone.
      retouch: begin with what is given, and change that.
    Returns:
      keras.Model: latents [B, latent_dim], condition [B, T, H, W, K], label int [B] -> clip
      [B, T, H, W, C] float32 in [-1, 1].
    Raises:
      UsageError: the strides don't divide the clip; an even time; nothing to retouch.
    """
    name = "--generator=unet2d"
    check_whole(name, 1, latent_dim=latent_dim, channels=channels, time=time)
    if time % 2 == 0:
        raise UsageError(f"{name}(time={time}): must be odd, as many before as after")
    if retouch and not condition_channels:
        raise UsageError(f"{name}(retouch=True): nothing is given. Use it for a --task, or drop it")
    check_strides(clip, _factors, name)
    *inputs, style = generator_inputs(clip, latent_dim, condition_channels, num_labels)
    latents, condition, _ = inputs
    if condition_channels:
        x = condition
    else:
        plain = layers.RepeatVector(clip.frames * clip.height * clip.width)(0 * latents[:, :1])
        x = layers.Reshape((*clip.shape[:3], 1))(plain) + 1.0
    block = functools.partial(_block, style=style)
    number = len(sizes.strides(clip))
    widths = [channels * min(4, 2**stage) for stage in range(number + 1)]
    x, levels = _convolved(x, widths[0]), []
    for width in widths[1:]:
        levels.append(x)
        x = block(MeanPooling((1, 2, 2))(x), width)
    start = layers.Dense(math.prod(x.shape[2:]))(style)
    x = x + layers.Reshape((1, *x.shape[2:]))(start)
    x = block(x, widths[-1], time=min(time, clip.frames))
    for level, width in zip(levels[::-1], widths[-2::-1], strict=True):
        x = layers.Concatenate()([layers.UpSampling3D((1, 2, 2))(x), level])
        x = block(x, width)
    # Of features in range, and begun near mid-gray: once saturated, it would learn no more.
    how = {"kernel_initializer": QUIET, "dtype": "float32"}
    video = layers.Conv3D(clip.channels, 1, **how)(activated(x, style))
    if retouch:
        given = ALMOST * ops.cast(condition[..., : clip.channels], "float32")
        video = video + ops.log((1 + given) / (1 - given)) / 2  # LiteRT has no inverse of tanh.
    video = layers.Activation("tanh", dtype="float32")(video)
    return keras.Model(inputs, video, name="unet2d_generator")


def _factors(clip):
    return 1, *(2 ** len(sizes.strides(clip)),) * 2


def _block(x, width, style, time=1):
    """Features brought to a width, plus what two convolutions make of them."""
    if x.shape[-1] != width:
        x = layers.Conv3D(width, 1)(x)
    branch = _convolved(activated(x, style), width)
    return x + _convolved(activated(branch, style), width, time)


def _convolved(x, width, time=1):
    return layers.Conv3D(width, (time, 3, 3), padding="same")(x)
