"""What generators of transposed 3-D convolutions share: how they start, double, and end."""

import math

import keras
from keras import layers

from vgan.core.arguments import check_whole
from vgan.networks import sizes
from vgan.networks.attention import attend, stage_for_attention
from vgan.networks.layers import activated, generator_inputs, shrunk, weighted
from vgan.networks.sizes import check_strides


def doubling(name, inputs, convolve, channels, spectral_norm, attention=False, batch_norm=False):
    """A generator that doubles a few small maps, stage by stage, to a whole clip.

    Args:
      name: of the network, as in --generator=name.
      inputs: clip, latent_dim, condition_channels and num_labels, as for generator_inputs.
      convolve: (x, width, stride) -> features of that width, larger by the stride.
      channels: width at half the size; each stage before is twice as wide, up to fourfold, and
        the one at full size a quarter as wide but at least 8, since channels cost most there.
      the others: arguments of conv3d.generator.
    """
    clip, latent_dim, condition_channels, _ = inputs
    check_whole(f"--generator={name}", 1, channels=channels, latent_dim=latent_dim)
    check_strides(clip, sizes.factors, f"--generator={name}")
    strides, maps = sizes.strides(clip), sizes.sizes(clip)
    attended = maps[stage_for_attention(maps)] if attention else None
    widths = [channels * min(4, 2**stage) for stage in range(len(strides))][::-1]

    *inputs, style = generator_inputs(*inputs)
    condition = inputs[1]
    x = weighted(layers.Dense, math.prod(maps[0]) * widths[0], spectral_norm=spectral_norm)(style)
    x = layers.Reshape((*maps[0], widths[0]))(x)
    for stride, width in zip(strides[::-1], [*widths[1:], max(8, channels // 4)], strict=True):
        x = activated(x, style, batch_norm=batch_norm)
        if x.shape[1:4] == attended:
            x = attend(x, spectral_norm=spectral_norm)
        if condition_channels:
            x = layers.Concatenate()([x, shrunk(condition, clip, x)])
        x = convolve(x, width, stride)
    to_pictures = layers.Conv3D(clip.channels, (1, 3, 3), padding="same")
    x = to_pictures(activated(x, style, batch_norm=batch_norm))
    video = layers.Activation("tanh", dtype="float32", name="video")(x)
    return keras.Model(inputs, video, name=f"{name}_generator")
