"""3-D U-Nets: a generator that completes what is given, and a critic that judges each pixel.

Source: Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015.
"""

import functools
import math

import keras
from keras import layers, ops

from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError
from vgan.networks import sizes
from vgan.networks.critic import Critic, whole_clip
from vgan.networks.filling import blended, sides
from vgan.networks.layers import (
    QUIET,
    MeanPooling,
    activated,
    convolution,
    generator_inputs,
    logits,
    weighted,
)
from vgan.networks.moving import Moved
from vgan.networks.sizes import check_strides


def generator(clip, condition_channels=0, num_labels=0, latent_dim=64, channels=16, flow=False):
    """What is given, and latents, to a clip: a first guess, and what is to be added to it.

    The guess is what filling.blended makes of the given frames. An encoder in time and space sees
    both, and noise; residual blocks lead down to small maps and, with skips, up again, and at each
    size on the way up a picture is added to those before.

    Args:
      condition_channels: K of what is given, pixels and mask; 0 for nothing: then the guess is 0.
      latent_dim: length of the latent vector, which joins the smallest maps and scales channels;
        beside it there is a number for each pixel, for the noise.
      channels: width at full size; each smaller size is twice as wide, up to fourfold.
      flow: move what is given before and after each frame along flows that are learnt too, before
        the two are blended.
    Returns:
      keras.Model: latents [B, latent_dim + T H W], condition [B, T, H, W, K], label int [B] -> clip
      [B, T, H, W, C] float32 in [-1, 1].
    Raises:
      UsageError: the strides don't divide the clip, or flow where nothing is given.

    Source: pictures of several sizes, Karras et al., "Analyzing and Improving the Image Quality of
    StyleGAN", 2020, section 4.1; flow, Liu et al., "Video Frame Synthesis using Deep Voxel Flow",
    2017; blocks, He et al., "Identity Mappings in Deep Residual Networks", 2016.
    """
    name = "--generator=unet3d"
    check_whole(name, 1, latent_dim=latent_dim, channels=channels)
    check_strides(clip, sizes.factors, name)
    if flow and not condition_channels:
        raise UsageError(f"{name}(flow=True): moves what is given, and here nothing is. Drop it")
    pixels = math.prod(clip.shape[:3])
    *inputs, style = generator_inputs(clip, latent_dim, condition_channels, num_labels, pixels)
    latents, condition, _ = inputs
    noise = layers.Reshape((*clip.shape[:3], 1))(latents[:, latent_dim:])
    *given, weight = sides(condition) if condition_channels else [ops.zeros_like(noise)] * 3
    guess = blended(*given, weight)
    x = layers.Concatenate()([condition, guess, noise])
    block = functools.partial(_block, style=style)
    strides = sizes.strides(clip)
    widths = [channels * min(4, 2**stage) for stage in range(len(strides) + 1)]
    x, levels = _around(x, widths[0]), []
    for stride, width in zip(strides, widths[1:], strict=True):
        levels.append(x)
        x = block(MeanPooling(stride)(x), width)
    start = layers.Reshape(x.shape[1:])(layers.Dense(math.prod(x.shape[1:]))(style))
    x, picture = block(x + start, widths[-1]), None
    shown = clip.channels + (4 if flow else 0)
    for level, stride, width in zip(levels[::-1], strides[::-1], widths[-2::-1], strict=True):
        picture = layers.UpSampling3D(stride, dtype="float32")(_seen(x, picture, shown))
        x = block(layers.Concatenate()([layers.UpSampling3D(stride)(x), level]), width)
    picture = _seen(x, picture, shown)
    if flow:
        picture, *flows = ops.split(picture, [clip.channels, clip.channels + 2], axis=-1)
        pairs = zip(given, flows, strict=True)
        moved = (Moved(dtype="float32")([of, _REACH * flow]) for of, flow in pairs)
        guess = blended(*moved, weight)
    video = ops.clip(guess + picture, -1.0, 1.0)
    return keras.Model(inputs, video, name="unet3d_generator")


_REACH = 4.0
"""Pixels of flow for an output of 1, half of the way from black to white, to learn equally fast."""


def _seen(x, picture, channels):
    """The picture that features show, added to the one of a smaller size."""
    seen = layers.Conv3D(channels, 1, dtype="float32", kernel_initializer=QUIET)(x)
    return seen if picture is None else seen + picture


def _block(x, width, style):
    """Features brought to a width, plus what two convolutions make of them."""
    if x.shape[-1] != width:
        x = layers.Conv3D(width, 1)(x)
    branch = _around(activated(x, style), width)
    return x + _around(activated(branch, style), width)


def _around(x, width):
    # A time kernel never longer than the clip, as conv3d._convolved says.
    return layers.Conv3D(width, (min(3, x.shape[1]), 3, 3), padding="same")(x)


def discriminator(clip, condition_channels=0, num_labels=0, channels=32, spectral_norm=True):
    """A critic of each pixel: strided 3-D convolutions, and transposed ones back to full size.

    A pixel's logit is the decoder's there plus the encoder's one of the whole clip, so that a mean
    over pixels judges both. The way back is half as wide as the way there, and at full size an
    eighth of `channels`, since they cost most there: a call takes 2.4 times as long as conv3d's.

    Args:
      num_labels: number of classes, 0 for none; a label enters the whole clip's logit.
    Returns:
      Critic with a network [N, T, H, W, C + K], label int [N] -> logits [N, T * H * W].

    Source: Schönfeld et al., "A U-Net Based Discriminator for Generative Adversarial Networks",
    CVPR 2020, section 3.1; there of pictures.
    """
    check_whole("--discriminator=unet3d", 1, channels=channels)
    check_strides(clip, sizes.factors, "--discriminator=unet3d")
    video = keras.Input((*clip.shape[:3], clip.channels + condition_channels), name="video")
    label = keras.Input((), dtype="int32", name="label")
    strides = sizes.strides(clip)
    widths = [channels * min(4, 2**stage) for stage in range(len(strides))]
    x, levels = video, []
    for stride, width in zip(strides, widths, strict=True):
        levels.append(x)
        x = _convolved(layers.Conv3D, x, width, stride, spectral_norm)
    whole = logits(layers.Flatten()(x), label, num_labels, spectral_norm)
    widths = [max(4, width // 2) for width in (channels // 4, *widths[:-1])]
    for level, stride, width in zip(levels[::-1], strides[::-1], widths[::-1], strict=True):
        x = _convolved(layers.Conv3DTranspose, x, width, stride, spectral_norm)
        x = layers.Concatenate()([x, level])
    pixel = weighted(layers.Dense, 1, spectral_norm=spectral_norm, dtype="float32", name="pixel")
    pixels = layers.Flatten(dtype="float32")(pixel(x))
    output = layers.Add(dtype="float32", name="pixel_logits")([pixels, whole])
    network = keras.Model([video, label], output, name="unet3d_discriminator")
    return Critic(network, whole_clip, entangled="a logit a pixel")


def _convolved(layer_class, x, width, stride, spectral_norm):
    """A convolution by the stride, or a transposed one, and a leaky rectifier."""
    # A time kernel never longer than the clip, as conv3d._convolved says.
    time = 4 if stride[0] == 2 else min(3, x.shape[1])
    x = convolution(layer_class, width, (time, 4, 4), stride, spectral_norm)(x)
    return layers.LeakyReLU(0.2)(x)
