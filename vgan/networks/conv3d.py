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
from vgan.networks.layers import convolution
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
      channels: width at half the size; each stage before is twice as wide, up to fourfold, and
        the one at full size a quarter as wide but at least 8, since channels cost most there.
      batch_norm: use it instead of pixel norm.
    """

    def convolve(x, width, stride):
        kernel = sizes.kernel(stride)
        return convolution(layers.Conv3DTranspose, width, kernel, stride, spectral_norm)(x)

    inputs = clip, latent_dim, condition_channels, num_labels
    return doubling("conv3d", inputs, convolve, channels, spectral_norm, attention, batch_norm)


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
    times = [time if halve_time else None for time, _, _ in sizes.strides(seen)]
    convolve = functools.partial(_convolved, spectral_norm=spectral_norm)
    convolutions = [
        functools.partial(convolve, width=channels * min(4, 2**stage), time_stride=time)
        for stage, time in enumerate(times)
    ]
    view, depth = coarse_clip(every, shrink), clip.channels + condition_channels
    shown = keras.Input((*seen.shape[:3], depth), name="video")
    options = attention, batch_norm, minibatch_std, patches, classes
    return strided.critic("conv3d", view, shown, convolutions, num_labels, spectral_norm, *options)


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
    strides = (time_stride or 1, 2, 2)
    return convolution(layers.Conv3D, width, (time, 4, 4), strides, spectral_norm, padding)(x)


def encoder(clip, condition_channels=0, num_labels=0, channels=32):
    """Clips to features: strided 3-D convolutions, each halving the size.

    Args:
      channels: width at half the size; each stage after is twice as wide, up to fourfold.
    Returns:
      keras.Model: video [B, T, H, W, C], condition [B, T, H, W, K], label int [B] -> [B, D].
    """
    check_whole("--encoder=conv3d", 1, channels=channels)
    sizes.check_strides(clip, sizes.factors, "--encoder=conv3d")
    video = keras.Input(clip.shape, name="video")
    condition = keras.Input((*clip.shape[:3], condition_channels), name="condition")
    label = keras.Input((), dtype="int32", name="label")
    x = layers.Concatenate()([video, condition]) if condition_channels else video
    for stage, (time, _, _) in enumerate(sizes.strides(clip)):
        x = layers.LeakyReLU(0.2)(_convolved(x, channels * min(4, 2**stage), time, False))
    x = layers.Flatten()(x)
    if num_labels:
        code = layers.Embedding(num_labels, 32, name="class")(label)
        x = layers.Concatenate()([x, code])
    return keras.Model([video, condition, label], x, name="conv3d_encoder")
