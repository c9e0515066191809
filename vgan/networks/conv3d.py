"""Plain 3-D convolutional players: a DCGAN with time as a third axis.

Source: Radford et al., "Unsupervised Representation Learning with Deep Convolutional GANs", 2016,
and the single-stream network of Vondrick et al., "Generating Videos with Scene Dynamics", 2016.
"""

import functools

import keras
from keras import layers

from vgan.core.arguments import check_whole
from vgan.networks import sizes, strided
from vgan.networks.critic import coarse_clip
from vgan.networks.layers import weighted
from vgan.networks.transposed import doubling


def generator(
    clip,
    condition_channels=0,
    num_labels=0,
    latent_dim=128,
    channels=64,
    attention=False,
    batch_norm=False,
    spectral_norm=False,
):
    """Latents to a clip through transposed 3-D convolutions, each doubling the size.

    Args:
      latent_dim: length of the latent vector.
      channels: width at half the size; each stage before is twice as wide, up to fourfold, and
        the one at full size a quarter as wide but at least 8, since channels cost most there.
      attention: let all positions look at each other, at the largest size of at most 1,024 of them.
      batch_norm: use it instead of pixel norm.
      spectral_norm: divide each kernel by its largest singular value.
    """

    def convolve(x, width, stride):
        return weighted(
            layers.Conv3DTranspose,
            width,
            sizes.kernel(stride),
            strides=stride,
            padding="same",
            spectral_norm=spectral_norm,
        )(x)

    return doubling(
        "conv3d",
        clip,
        convolve,
        condition_channels,
        num_labels,
        latent_dim,
        channels,
        spectral_norm,
        attention,
        batch_norm,
    )


def discriminator(
    clip,
    condition_channels=0,
    num_labels=0,
    channels=32,
    spectral_norm=True,
    every=1,
    shrink=1,
    halve_time=True,
    attention=False,
    batch_norm=False,
    minibatch_std=0,
    patches=False,
    classes=0.0,
):
    """A critic of whole clips: strided 3-D convolutions, one logit a clip.

    With `every` and `shrink` it is one scale of several: "conv3d() + conv3d(shrink=2)".

    Args:
      channels: width of the first stage; each later one is twice as wide, up to fourfold.
      spectral_norm: divide each kernel by its largest singular value.
      every: judge every `every`-th frame, counted from a random one.
      shrink: judge clips averaged down `shrink` times in height and width.
      halve_time: also halve the frames, where there are 8 or more; otherwise each stage has
        kernels of 4 frames without padding, which leave 3 frames fewer, as long as there are any.
      attention, batch_norm, minibatch_std, patches, classes: options of strided.critic.
    Returns:
      Critic with a network [N, T, H, W, C + K], label int [N] -> logits [N, 1].
    Raises:
      UsageError: the strides don't divide the clip, or an option is out of its range.

    Source: without halve_time, Tulyakov et al., "MoCoGAN: Decomposing Motion and Content", 2018,
    the video critic of its code.
    """
    check_whole("--discriminator=conv3d", 1, channels=channels)
    factors = sizes.factors if halve_time else lambda clip: (1, *sizes.factors(clip)[1:])
    seen = strided.coarse(clip, factors, "conv3d", every, shrink)
    convolutions = [
        functools.partial(
            _convolved,
            width=channels * min(4, 2**stage),
            time_stride=stride[0] if halve_time else None,
            spectral_norm=spectral_norm,
        )
        for stage, stride in enumerate(sizes.strides(seen))
    ]
    return strided.critic(
        "conv3d",
        coarse_clip(every, shrink),
        keras.Input((*seen.shape[:3], clip.channels + condition_channels), name="video"),
        convolutions,
        num_labels,
        spectral_norm,
        attention=attention,
        batch_norm=batch_norm,
        minibatch_std=minibatch_std,
        patches=patches,
        classes=classes,
    )


def _convolved(x, width, time_stride, spectral_norm):
    """Half the size in space; in time by the stride, or where it is None without padding.

    A time kernel is never longer than the clip: oneDNN's bfloat16 gradient of the filter of a 3-D
    convolution of stride 1 in time is garbage where the kernel has one frame more than the clip
    (TensorFlow 2.21, processors with avx512_bf16).
    """
    padding = "same"
    if time_stride is None:
        x, padding = layers.ZeroPadding3D((0, 1, 1))(x), "valid"
    time = min(3 if time_stride == 1 else 4, x.shape[1])
    return weighted(
        layers.Conv3D,
        width,
        (time, 4, 4),
        strides=(time_stride or 1, 2, 2),
        padding=padding,
        spectral_norm=spectral_norm,
    )(x)
