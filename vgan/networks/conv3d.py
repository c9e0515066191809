"""Plain 3-D convolutional players: a DCGAN with time as a third axis.

Source: Radford et al., "Unsupervised Representation Learning with Deep Convolutional GANs", 2016,
and the single-stream network of Vondrick et al., "Generating Videos with Scene Dynamics", 2016.
"""

import math

import keras
from keras import layers

from vgan import critics
from vgan.networks.layers import check_counts, check_strides, halvings, logits, weighted


def _strides(clip):
    """One stride (time, height, width) a stage, halving a clip to about 4 x 4 pixels, 4 frames."""
    space = max(1, halvings(min(clip.height, clip.width), 4))
    time = min(space, halvings(clip.frames, 4))
    return [(2 if stage < time else 1, 2, 2) for stage in range(space)]


def _factors(clip):
    return [math.prod(axis) for axis in zip(*_strides(clip), strict=True)]


def _kernel(stride):
    return tuple(4 if s == 2 else 3 for s in stride)


def generator(
    clip,
    condition_channels=0,
    num_labels=0,
    latent_dim=128,
    channels=64,
    spectral_norm=False,
):
    """Latents to a clip through transposed 3-D convolutions, each doubling the size.

    Args:
      clip: ClipSpec of what is made; frames and sides must be multiples of the strides.
      condition_channels: K of the given frames [B, T, H, W, K], averaged down to each stage.
      num_labels: number of classes, 0 for none; a label joins the latents.
      latent_dim: length of the latent vector.
      channels: width at half the size; each stage before is twice as wide, up to fourfold, and
        the one at full size a quarter as wide but at least 8, for there channels are dear.
      spectral_norm: divide each kernel by its largest singular value.
    Returns:
      keras.Model: latents [B, latent_dim], condition [B, T, H, W, K], label int [B] -> clip
      [B, T, H, W, C] float32 in [-1, 1].
    Raises:
      UsageError: the strides don't divide the clip.
    """
    strides = _strides(clip)
    check_counts("--generator=conv3d", channels=channels, latent_dim=latent_dim)
    check_strides(clip, _factors, "--generator=conv3d")
    start = [size // factor for size, factor in zip(clip.shape[:3], _factors(clip), strict=True)]
    widths = [channels * min(4, 2**stage) for stage in range(len(strides))][::-1]

    latents = keras.Input((latent_dim,), name="latents")
    condition = keras.Input((*clip.shape[:3], condition_channels), name="condition")
    label = keras.Input((), dtype="int32", name="label")
    style = latents
    if num_labels:
        style = layers.Concatenate()([style, layers.Embedding(num_labels, 32, name="class")(label)])
    x = weighted(layers.Dense, math.prod(start) * widths[0], spectral_norm=spectral_norm)(style)
    x = layers.Reshape((*start, widths[0]))(x)
    for stride, width in zip(strides[::-1], [*widths[1:], max(8, channels // 4)], strict=True):
        x = _activated(x, style)
        if condition_channels:
            x = layers.Concatenate()([x, _shrunk(condition, clip, x)])
        x = weighted(
            layers.Conv3DTranspose,
            width,
            _kernel(stride),
            strides=stride,
            padding="same",
            spectral_norm=spectral_norm,
        )(x)
    x = layers.Conv3D(clip.channels, (1, 3, 3), padding="same")(_activated(x, style))
    video = layers.Activation("tanh", dtype="float32", name="video")(x)
    return keras.Model([latents, condition, label], video, name="conv3d_generator")


def _activated(x, style):
    """Pixel norm, scales of the channels that the latents choose, and a rectifier.

    The scales are the same at all times and places: what a clip keeps, such as its colours, need
    not be said anew for each frame. Pixel norm holds activations in range without any state.

    Source: Karras et al., "Progressive Growing of GANs", 2018, section 4.2, and "A Style-Based
    Generator Architecture for GANs", 2019, section 2.
    """
    scales = layers.Dense(x.shape[-1], bias_initializer="ones")(style)
    scales = layers.Reshape((1, 1, 1, x.shape[-1]))(scales)
    normal = layers.RMSNormalization()(x)
    return layers.LeakyReLU(0.2)(layers.Multiply()([normal, scales]))


def _shrunk(condition, clip, x):
    factors = [full // small for full, small in zip(clip.shape[:3], x.shape[1:4], strict=True)]
    return layers.AveragePooling3D(factors)(condition)


def discriminator(clip, condition_channels=0, num_labels=0, channels=32, spectral_norm=True):
    """A critic of whole clips: strided 3-D convolutions, one logit a clip.

    Args:
      clip: ClipSpec of what is judged; frames and sides must be multiples of the strides.
      condition_channels: K of the given frames, which are judged together with the clip.
      num_labels: number of classes, 0 for none; a label enters by projection.
      channels: width of the first stage; each later one is twice as wide, up to fourfold.
      spectral_norm: divide each kernel by its largest singular value.
    Returns:
      critics.Critic with a network [B, T, H, W, C + K], label int [B] -> logits [B].
    Raises:
      UsageError: the strides don't divide the clip.

    Source of the projection: Miyato and Koyama, "cGANs with Projection Discriminator", 2018.
    """
    strides = _strides(clip)
    check_counts("--discriminator=conv3d", channels=channels)
    check_strides(clip, _factors, "--discriminator=conv3d")
    video = keras.Input((*clip.shape[:3], clip.channels + condition_channels), name="video")
    label = keras.Input((), dtype="int32", name="label")
    x = video
    for stage, stride in enumerate(strides):
        x = weighted(
            layers.Conv3D,
            channels * min(4, 2**stage),
            _kernel(stride),
            strides=stride,
            padding="same",
            spectral_norm=spectral_norm,
        )(x)
        x = layers.LeakyReLU(0.2)(x)
    output = logits(layers.Flatten()(x), label, num_labels, spectral_norm)
    network = keras.Model([video, label], output, name="conv3d_discriminator")
    return critics.Critic(network, critics.whole_clip)
