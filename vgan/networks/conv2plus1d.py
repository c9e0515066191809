"""Players of factorised 3-D convolutions: each is one in space and then one in time.

Source: Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", 2018.
"""

import functools

import keras
from keras import layers

from vgan.core.arguments import check_whole
from vgan.networks import sizes
from vgan.networks.critic import whole_clip
from vgan.networks.layers import convolution
from vgan.networks.sizes import check_strides
from vgan.networks.strided import critic
from vgan.networks.transposed import doubling


def generator(
    clip, condition_channels=0, num_labels=0, latent_dim=128, channels=64, spectral_norm=False
):
    """Latents to a clip: conv3d's generator with each transposed convolution factorised."""
    convolve = functools.partial(_factorised, layers.Conv3DTranspose, spectral_norm=spectral_norm)
    inputs = clip, latent_dim, condition_channels, num_labels
    return doubling("conv2plus1d", inputs, convolve, channels, spectral_norm)


def discriminator(clip, condition_channels=0, num_labels=0, channels=32, spectral_norm=True):
    """A critic of whole clips: conv3d's with each strided convolution factorised.

    Returns:
      Critic with a network [B, T, H, W, C + K], label int [B] -> logits [B].
    """
    check_whole("--discriminator=conv2plus1d", 1, channels=channels)
    check_strides(clip, sizes.factors, "--discriminator=conv2plus1d")
    video = keras.Input((*clip.shape[:3], clip.channels + condition_channels), name="video")
    convolve = functools.partial(_factorised, layers.Conv3D, spectral_norm=spectral_norm)
    convolutions = [
        functools.partial(convolve, width=channels * min(4, 2**stage), stride=stride)
        for stage, stride in enumerate(sizes.strides(clip))
    ]
    return critic("conv2plus1d", whole_clip, video, convolutions, num_labels, spectral_norm)


def _factorised(layer_class, x, width, stride, spectral_norm):
    """A convolution in space, a rectifier, and a convolution in time.

    Both have the output's width. With the paper's middle width M, which keeps the number of
    parameters of one 3-D convolution, they are slower than that one where a stride halves time.
    """

    def convolved(x, kernel, strides):
        return convolution(layer_class, width, kernel, strides, spectral_norm)(x)

    (time, *space), (time_stride, *space_strides) = sizes.kernel(stride), stride
    x = convolved(x, (1, *space), (1, *space_strides))
    return convolved(layers.LeakyReLU(0.2)(x), (time, 1, 1), (time_stride, 1, 1))
