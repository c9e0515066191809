"""Players of factorised 3-D convolutions: each is one in space and then one in time.

Source: Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", 2018.
"""

import functools

import keras
from keras import layers

from vgan.core.arguments import check_whole
from vgan.networks import sizes
from vgan.networks.critic import whole_clip
from vgan.networks.layers import weighted
from vgan.networks.sizes import check_strides
from vgan.networks.strided import critic
from vgan.networks.transposed import doubling


def generator(
    clip,
    condition_channels=0,
    num_labels=0,
    latent_dim=128,
    channels=64,
    spectral_norm=False,
):
    """Latents to a clip: conv3d's generator with each transposed convolution factorised.

    Args:
      latent_dim: length of the latent vector.
      channels: width at half the size; each stage before is twice as wide, up to fourfold, and
        the one at full size a quarter as wide but at least 8.
      spectral_norm: divide each kernel by its largest singular value.
    """

    def convolve(x, width, stride):
        return _factorised(layers.Conv3DTranspose, x, width, stride, spectral_norm)

    return doubling(
        "conv2plus1d",
        clip,
        convolve,
        condition_channels,
        num_labels,
        latent_dim,
        channels,
        spectral_norm,
    )


def discriminator(clip, condition_channels=0, num_labels=0, channels=32, spectral_norm=True):
    """A critic of whole clips: conv3d's with each strided convolution factorised.

    Args:
      channels: width of the first stage; each later one is twice as wide, up to fourfold.
      spectral_norm: divide each kernel by its largest singular value.
    Returns:
      Critic with a network [B, T, H, W, C + K], label int [B] -> logits [B].
    """
    strides = sizes.strides(clip)
    check_whole("--discriminator=conv2plus1d", 1, channels=channels)
    check_strides(clip, sizes.factors, "--discriminator=conv2plus1d")
    video = keras.Input((*clip.shape[:3], clip.channels + condition_channels), name="video")
    convolutions = [
        functools.partial(
            _factorised,
            layers.Conv3D,
            width=channels * min(4, 2**stage),
            stride=stride,
            spectral_norm=spectral_norm,
        )
        for stage, stride in enumerate(strides)
    ]
    return critic("conv2plus1d", whole_clip, video, convolutions, num_labels, spectral_norm)


def _factorised(convolution, x, width, stride, spectral_norm):
    """A convolution in space, a rectifier, and a convolution in time.

    Both have the output's width. With the paper's middle width M, which keeps the number of
    parameters of one 3-D convolution, they are slower than that one where a stride halves time.
    """

    def convolved(x, kernel, strides):
        return weighted(
            convolution,
            width,
            kernel,
            strides=strides,
            padding="same",
            spectral_norm=spectral_norm,
        )(x)

    (time, *space), (time_stride, *space_strides) = sizes.kernel(stride), stride
    x = convolved(x, (1, *space), (1, *space_strides))
    return convolved(layers.LeakyReLU(0.2)(x), (time, 1, 1), (time_stride, 1, 1))
