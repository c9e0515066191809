"""A 2-D convolutional critic of random frames, which teaches how a single picture looks.

Source: Tulyakov et al., "MoCoGAN: Decomposing Motion and Content", 2018, its critic of images.
"""

import keras
from keras import layers

from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError
from vgan.networks import strided
from vgan.networks.critic import random_frames
from vgan.networks.layers import convolution
from vgan.networks.sizes import halvings


def factors(clip):
    """What frames, height and width must be multiples of."""
    return 1, 2 ** _stages(clip), 2 ** _stages(clip)


def convolutions(clip, channels, spectral_norm):
    """Layers that halve pictures to about 4 x 4 pixels, each twice as wide, up to fourfold."""
    return [
        convolution(layers.Conv2D, channels * min(4, 2**stage), 4, 2, spectral_norm)
        for stage in range(_stages(clip))
    ]


def _stages(clip):
    return halvings(min(clip.height, clip.width), 4)


def discriminator(
    clip,
    condition_channels=0,
    num_labels=0,
    frames=2,
    channels=32,
    spectral_norm=True,
    shrink=1,
    attention=False,
    batch_norm=False,
    patches=False,
    classes=0.0,
):
    """A critic of random frames: strided 2-D convolutions, one logit a frame.

    Args:
      frames: how many frames of each clip are judged.
      shrink: judge frames averaged down `shrink` times in height and width.
      attention, batch_norm, patches, classes: options of strided.critic.
    Returns:
      Critic with a network [N, H, W, C + K], label int [N] -> logits [N, 1].
    Raises:
      UsageError: the strides don't divide the clip, it has fewer frames than are judged, or an
        option is out of its range.
    """
    if not isinstance(frames, int) or not 1 <= frames <= clip.frames:
        raise UsageError(
            f"--discriminator=frames2d(frames={frames}): the clip has --frames={clip.frames}. "
            f"Judge 1 to {clip.frames}"
        )
    check_whole("--discriminator=frames2d", 1, channels=channels)
    seen = strided.coarse(clip, factors, "frames2d", shrink=shrink)
    view, depth = random_frames(frames, shrink), clip.channels + condition_channels
    shown = keras.Input((seen.height, seen.width, depth), name="frame")
    halving = convolutions(seen, channels, spectral_norm)
    options = {"attention": attention, "batch_norm": batch_norm, "patches": patches}
    options |= {"classes": classes}
    return strided.critic("frames2d", view, shown, halving, num_labels, spectral_norm, **options)
