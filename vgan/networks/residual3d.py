"""Residual 3-D players that see and paint at every scale, and can grow stage by stage.

Names and shapes of the variables of a stage depend on its distance from the smallest one only, so
the networks of a larger clip contain those of a smaller one, and can take over their weights.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020, section 4.1
(skips to and from pictures) and "Progressive Growing of GANs", 2018; blocks: He et al.,
"Identity Mappings in Deep Residual Networks", 2016.
"""

import functools
import math

import keras
from keras import layers

from vgan.core.arguments import check_whole
from vgan.networks.attention import attend, stage_for_attention
from vgan.networks.critic import Critic, whole_clip
from vgan.networks.layers import (
    MeanPooling,
    activated,
    generator_inputs,
    logits,
    shrunk,
    weighted,
)
from vgan.networks.sizes import check_strides, factors, halvings


def _strides(clip):
    """The stride (time, height, width) of each stage above the smallest one, 4 frames of 4 x 4.

    Time doubles in the first ones; where there are too few stages, the last has all further ones.
    """
    space = halvings(min(clip.height, clip.width), 4)
    time = halvings(clip.frames, 4)
    doublings = [1 if stage < time else 0 for stage in range(space)]
    if doublings:
        doublings[-1] += max(0, time - space)
    return [(2**double, 2, 2) for double in doublings]


_factors = functools.partial(factors, strides=_strides)


def _stages(clip):
    """The stride of each stage from the one before, and its size, smallest first."""
    size = [full // factor for full, factor in zip(clip.shape[:3], _factors(clip), strict=True)]
    stages = [((1, 1, 1), tuple(size))]
    for stride in _strides(clip):
        size = [small * factor for small, factor in zip(size, stride, strict=True)]
        stages.append((stride, tuple(size)))
    return stages


def _width(channels, stage):
    return max(8, 4 * channels >> stage)


def _convolved(x, width, name, kernel=3, quiet=False, spectral_norm=False):
    # With a quiet start, what is added to a picture or to features hardly shows when a network has
    # grown. Spectral norm undoes that, so critics that have grown take a few steps to settle.
    start = keras.initializers.VarianceScaling(0.01) if quiet else "glorot_uniform"
    how = {"padding": "same", "kernel_initializer": start, "name": name}
    return weighted(layers.Conv3D, width, kernel, spectral_norm=spectral_norm, **how)(x)


def generator(
    clip,
    condition_channels=0,
    num_labels=0,
    latent_dim=128,
    channels=32,
    attention=False,
    spectral_norm=False,
):
    """Latents to a clip: each stage doubles the size and adds a picture to those before.

    Args:
      channels: width of the third stage; the first is four times as wide, and each has half the
        width of the one before, but at least 8.
      spectral_norm: divide each kernel, but those to pictures, by its largest singular value.
    """
    check_whole("--generator=residual3d", 1, channels=channels, latent_dim=latent_dim)
    check_strides(clip, _factors, "--generator=residual3d")
    stages = _stages(clip)
    attended = stage_for_attention([size for _, size in stages]) if attention else None

    *inputs, style = generator_inputs(clip, latent_dim, condition_channels, num_labels)
    condition = inputs[1]
    start = (*stages[0][1], _width(channels, 0))
    x = weighted(layers.Dense, math.prod(start), spectral_norm=spectral_norm, name="start")(style)
    x, picture = layers.Reshape(start)(x), None
    convolved = functools.partial(_convolved, spectral_norm=spectral_norm)
    for stage, (stride, _) in enumerate(stages):
        name, width = f"stage{stage}", _width(channels, stage)
        larger = layers.UpSampling3D(stride)
        branch = convolved(activated(x, style, f"{name}_in"), width, f"{name}_conv1")
        # Where they act on each position alone, layers are cheaper before the upsampling.
        branch = larger(activated(branch, style, f"{name}_mid"))
        if stage == attended:
            branch = attend(branch, f"{name}_attention", spectral_norm)
        if condition_channels:
            branch = layers.Concatenate()([branch, shrunk(condition, clip, branch)])
        branch = convolved(branch, width, f"{name}_conv2", quiet=True)
        if x.shape[-1] != width:
            x = convolved(x, width, f"{name}_shortcut", kernel=1)
        x = layers.Add()([larger(x), branch])
        seen = activated(x, style, f"{name}_out")
        seen = _convolved(seen, clip.channels, f"{name}_rgb", 1, quiet=stage > 0)
        if stage:
            larger = layers.UpSampling3D(stride, dtype="float32")
            seen = layers.Add(dtype="float32")([larger(picture), seen])
        picture = seen
    video = layers.Activation("tanh", dtype="float32", name="video")(picture)
    return keras.Model(inputs, video, name="residual3d_generator")


def discriminator(
    clip, condition_channels=0, num_labels=0, channels=16, attention=False, spectral_norm=True
):
    """A critic of whole clips, which it sees at every scale, averaged down; one logit a clip.

    Args:
      channels: width of the third smallest stage; the smallest is four times as wide, and each
        has half the width of the next smaller one, but at least 8.
    Returns:
      Critic with a network [B, T, H, W, C + K], label int [B] -> logits [B].
    """
    check_whole("--discriminator=residual3d", 1, channels=channels)
    check_strides(clip, _factors, "--discriminator=residual3d")
    stages = _stages(clip)
    attended = stage_for_attention([size for _, size in stages]) if attention else None
    video = keras.Input((*clip.shape[:3], clip.channels + condition_channels), name="video")
    label = keras.Input((), dtype="int32", name="label")
    x, picture = None, video
    convolved = functools.partial(_convolved, spectral_norm=spectral_norm)
    for stage, (stride, _) in reversed(list(enumerate(stages))):
        name, width = f"stage{stage}", _width(channels, stage)
        below = _width(channels, max(0, stage - 1))
        smaller = MeanPooling(stride)
        seen = convolved(picture, width, f"{name}_rgb", kernel=1, quiet=stage > 0)
        x = seen if x is None else layers.Add()([x, seen])
        branch = layers.LeakyReLU(0.2)(x)
        if stage == attended:
            branch = attend(branch, f"{name}_attention", spectral_norm)
        branch = convolved(branch, width, f"{name}_conv1")
        branch = smaller(layers.LeakyReLU(0.2)(branch))
        branch = convolved(branch, below, f"{name}_conv2", quiet=True)
        x, picture = smaller(x), smaller(picture)
        if width != below:
            x = convolved(x, below, f"{name}_shortcut", kernel=1)
        x = layers.Add()([x, branch])
    features = layers.Flatten()(layers.LeakyReLU(0.2)(x))
    output = logits(features, label, num_labels, spectral_norm)
    network = keras.Model([video, label], output, name="residual3d_discriminator")
    return Critic(network, whole_clip)
