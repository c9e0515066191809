"""A 3-D U-Net critic: a verdict on each pixel of a clip, which holds that on the whole clip too.

Source: Schönfeld et al., "A U-Net Based Discriminator for Generative Adversarial Networks",
CVPR 2020, section 3.1; there of pictures.
"""

import keras
from keras import layers

from vgan import critics
from vgan.networks import sizes
from vgan.networks.layers import logits, weighted
from vgan.networks.sizes import check_counts, check_strides


def discriminator(clip, condition_channels=0, num_labels=0, channels=32, spectral_norm=True):
    """A critic of each pixel: strided 3-D convolutions, and transposed ones back to full size.

    A pixel's logit is the decoder's there plus the encoder's one of the whole clip, so that a mean
    over pixels judges both. The way back is half as wide as the way there, and at full size an
    eighth of `channels`, for there they are dear: a call takes 2.4 times as long as one of conv3d.

    Args:
      clip: ClipSpec of what is judged; frames and sides must be multiples of the strides.
      condition_channels: K of the given frames, which are judged together with the clip.
      num_labels: number of classes, 0 for none; a label enters the whole clip's logit.
      channels: width at half the size; each further stage is twice as wide, up to fourfold.
      spectral_norm: divide each kernel by its largest singular value.
    Returns:
      critics.Critic with a network [N, T, H, W, C + K], label int [N] -> logits [N, T * H * W].
    Raises:
      UsageError: the strides don't divide the clip.
    """
    check_counts("--discriminator=unet3d", channels=channels)
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
    return critics.Critic(network, critics.whole_clip, entangled="a logit a pixel")


def _convolved(layer_class, x, width, stride, spectral_norm):
    """A convolution by the stride, or a transposed one, and a leaky rectifier."""
    # A time kernel never longer than the clip: see the facts met of oneDNN in WORKSPACE.md.
    time = 4 if stride[0] == 2 else min(3, x.shape[1])
    convolution = weighted(
        layer_class,
        width,
        (time, 4, 4),
        strides=stride,
        padding="same",
        spectral_norm=spectral_norm,
    )
    return layers.LeakyReLU(0.2)(convolution(x))
