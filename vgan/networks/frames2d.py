"""A 2-D convolutional critic of random frames, which teaches how a single picture looks.

Source: Tulyakov et al., "MoCoGAN: Decomposing Motion and Content", 2018, the image discriminator.
"""

import keras
from keras import layers

from vgan import critics
from vgan.errors import UsageError
from vgan.networks.layers import check_counts, check_strides, halvings, logits, weighted


def _stages(clip):
    return halvings(min(clip.height, clip.width), 4)


def _factors(clip):
    return 1, 2 ** _stages(clip), 2 ** _stages(clip)


def discriminator(
    clip, condition_channels=0, num_labels=0, frames=2, channels=32, spectral_norm=True
):
    """A critic of random frames: strided 2-D convolutions, one logit a frame.

    Args:
      clip: ClipSpec of what is judged; its sides must be multiples of the strides.
      condition_channels: K of the given frames, which are judged together with the clip.
      num_labels: number of classes, 0 for none; a label enters by projection.
      frames: how many frames of each clip are judged.
      channels: width of the first stage; each later one is twice as wide, up to fourfold.
      spectral_norm: divide each kernel by its largest singular value.
    Returns:
      critics.Critic with a network [N, H, W, C + K], label int [N] -> logits [N].
    Raises:
      UsageError: the strides don't divide the clip, or it has fewer frames than are judged.
    """
    if not 1 <= frames <= clip.frames:
        raise UsageError(
            f"--discriminator=frames2d(frames={frames}): the clip has --frames={clip.frames}. "
            f"Judge 1 to {clip.frames}"
        )
    stages = _stages(clip)
    check_counts("--discriminator=frames2d", channels=channels)
    check_strides(clip, _factors, "--discriminator=frames2d")
    depth = clip.channels + condition_channels
    frame = keras.Input((clip.height, clip.width, depth), name="frame")
    label = keras.Input((), dtype="int32", name="label")
    x = frame
    for stage in range(stages):
        x = weighted(
            layers.Conv2D,
            channels * min(4, 2**stage),
            4,
            strides=2,
            padding="same",
            spectral_norm=spectral_norm,
        )(x)
        x = layers.LeakyReLU(0.2)(x)
    output = logits(layers.Flatten()(x), label, num_labels, spectral_norm)
    network = keras.Model([frame, label], output, name="frames2d_discriminator")
    return critics.Critic(network, critics.random_frames(frames))
