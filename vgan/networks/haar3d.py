"""A compressor of clips: Haar's wavelets, then residual convolutions in space and in time."""

import keras
from keras import layers, ops

from vgan.core.arguments import check_whole
from vgan.models.autoencoder.wavelets import haar, unhaar
from vgan.models.parts import Compressor
from vgan.networks.batch_statistics import BatchNorm
from vgan.networks.layers import QUIET, group_normal
from vgan.networks.sizes import check_strides

_CELL = 4, 4, 4
"""Frames and pixels that become one place."""


def compressor(clip, condition_channels=0, num_labels=0, channels=32, depth=4, blocks=2):
    """Clips to latents at a quarter of the frames, height and width, and back.

    Args:
      condition_channels, num_labels: of no use to it, since it is shown the clip itself.
      channels: width at half the size, after the wavelets; three times as wide at a quarter.
      depth: numbers a place, for 64 pixels of 3 each.
      blocks: residual blocks at a quarter of the size, each way; half as many at half.
    Returns:
      Compressor.
    Raises:
      UsageError: frames, height or width aren't multiples of 4.

    Source: wavelets before a video's autoencoder, NVIDIA et al., "Cosmos World Foundation Model
    Platform", 2025, section 4.1; blocks, Tran et al., "A Closer Look at Spatiotemporal
    Convolutions", 2018.
    """
    del condition_channels, num_labels
    check_whole("--compressor=haar3d", 1, channels=channels, depth=depth, blocks=blocks)
    check_strides(clip, lambda _: _CELL, "--compressor=haar3d")
    wide, few = 3 * channels, (blocks + 1) // 2
    video = keras.Input(clip.shape, name="video")
    x = _blocks(_convolved(haar(video), channels), few)
    x = layers.Conv3D(wide, 2, 2)(x)
    x = group_normal(_blocks(x, blocks))
    mean = layers.Conv3D(depth, 1, use_bias=False, dtype="float32")(x)
    mean = BatchNorm(momentum=0.99, affine=False, dtype="float32")(mean)
    encoder = keras.Model(video, [mean, x], name="haar3d_encoder")
    places = [side // cell for side, cell in zip(clip.shape, _CELL, strict=False)]
    latents = keras.Input((*places, depth), name="latents")
    x = _blocks(_convolved(latents, wide), blocks)
    x = layers.Conv3DTranspose(channels, 2, 2)(ops.silu(group_normal(x)))
    x = ops.silu(group_normal(_blocks(x, few)))
    bands = layers.Conv3D(8 * clip.channels, (1, 3, 3), padding="same", dtype="float32")(x)
    decoder = keras.Model(latents, ops.tanh(unhaar(bands)), name="haar3d_decoder")
    return Compressor(encoder, decoder)


def _convolved(x, width):
    return layers.Conv3D(width, (1, 3, 3), padding="same")(x)


def _blocks(x, number):
    width = x.shape[-1]
    for _ in range(number):
        y = ops.silu(_convolved(ops.silu(group_normal(x)), width))
        # So that no kernel is longer than what it sees, as conv3d._convolved says.
        y = layers.ZeroPadding3D((1, 0, 0))(y)
        x = x + layers.Conv3D(width, (3, 1, 1), kernel_initializer=QUIET)(y)
    return x
