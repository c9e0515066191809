"""A generator of a foreground that moves before a background that stands still.

Source: Vondrick, Pirsiavash and Torralba, "Generating Videos with Scene Dynamics", NIPS 2016.
"""

import functools
import math

import keras
from keras import layers, ops

from vgan.core.arguments import check_number, check_whole
from vgan.networks.batch_statistics import BatchNorm
from vgan.networks.layers import activated, generator_inputs, shrunk
from vgan.networks.motion_code import motion_code
from vgan.networks.sizes import check_strides, factors, halvings


@keras.saving.register_keras_serializable(package="vgan")
class SparseMask(keras.layers.Layer):
    """Passes a mask on, and adds `weight` times its mean to the model's losses in training calls.

    Args:
      weight: of the loss.

    Source: Vondrick et al., section 3.3; the mean is what their code takes of the L1 norm.
    """

    def __init__(self, weight, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, mask, training=False):
        if training:
            self.add_loss(self.weight * ops.mean(mask))
        return mask

    def get_config(self):
        return super().get_config() | {"weight": self.weight}


def _strides(clip):
    """One stride (time, height, width) a stage, doubling about 4 x 4 pixels, 2 frames."""
    space = max(1, halvings(min(clip.height, clip.width), 4))
    time = min(space, halvings(clip.frames, 2))
    return [(1 if stage < space - time else 2, 2, 2) for stage in range(space)]


_factors = functools.partial(factors, strides=_strides)


def generator(
    clip,
    condition_channels=0,
    num_labels=0,
    latent_dim=100,
    channels=64,
    batch_norm=True,
    mask_sparsity=0.1,
    grain=False,
    motion_waves=0,
):
    """Latents to a clip: a mask blends a moving foreground and a background, pixel by pixel.

    A clip is `m * f + (1 - m) * b`. Foreground f and mask m come from one stack of transposed 3-D
    convolutions, the background b is one picture, from a stack of 2-D ones.

    Args:
      condition_channels: K of the given frames, for the background averaged over time as well.
      channels: width of each stack at half the size; each stage before is twice as wide, up to
        eightfold.
      batch_norm: normalise by the batch, as in the paper; if not, by pixel, with scales of the
        channels that the latents choose.
      mask_sparsity: weight of the mask's mean among the losses, so that the background is shown
        wherever it will do; at least 0.
      grain: add what cameras add: noise of a learnt shape and strength, part of which stays over
        time. Its numbers are latents too, one a pixel. Without it critics demand details that no
        network of this size can distinguish from noise.
      motion_waves: draw the foreground frame by frame, each from a code of its time made of this
        many waves, see motion_code; such a generator makes clips of any length. 0 for time that
        doubles as in the paper: then clips of a class come to move alike, at the same times.
    Returns:
      keras.Model: latents [B, latent_dim + 2 motion_waves] (with grain T H W more), condition
      [B, T, H, W, K], label int [B] -> clip [B, T, H, W, C] float32 in [-1, 1].
    Raises:
      UsageError: the strides don't divide the clip, a negative weight or number.

    Source: Vondrick et al., section 3.2, "Two Stream Architecture".
    """
    name = "--generator=two_stream"
    check_whole(name, 1, latent_dim=latent_dim, channels=channels)
    check_strides(clip, _factors, name)
    check_number(name, least=0, mask_sparsity=mask_sparsity)
    if motion_waves:
        check_whole(name, 1, motion_waves=motion_waves)
    beside = 2 * motion_waves + (math.prod(clip.shape[:3]) if grain else 0)
    *inputs, style = generator_inputs(clip, latent_dim, condition_channels, num_labels, beside)
    latents, condition, _ = inputs
    code, noise = ops.split(latents[:, latent_dim:], [2 * motion_waves], axis=1)

    def stack(frames, strides, depth, motion=None):
        return _stack(style, condition, clip, frames, strides, depth, channels, batch_norm, motion)

    strides, frames = _strides(clip), clip.frames // _factors(clip)[0]
    in_space = [(1, *space) for _, *space in strides]
    if motion_waves:
        motion = motion_code(code, style, clip.frames)
        moving = stack(clip.frames, in_space, clip.channels + 1, motion)
    else:
        moving = stack(frames, strides, clip.channels + 1)
    # Not slices, whose gradients take seven times as long as that of a split.
    foreground, mask = ops.split(moving, [clip.channels], axis=-1)
    foreground = _float32("tanh", "foreground")(foreground)
    mask = SparseMask(mask_sparsity, dtype="float32")(_float32("sigmoid", "mask")(mask))
    picture = stack(1, in_space, clip.channels)
    background = _float32("tanh", "background")(picture)
    video = mask * foreground + (1.0 - mask) * background
    if grain:
        video = ops.clip(video + _grain(noise, style, clip), -1.0, 1.0)
    return keras.Model(inputs, video, name="two_stream_generator")


def _grain(noise, style, clip):
    """Noise [B, T H W] as small changes of the pixels, [B, T, H, W, C] float32.

    Source: the noise inputs of Karras et al., "A Style-Based Generator Architecture for GANs",
    2019, section 2, here on pixels alone.
    """
    noise = layers.Reshape((*clip.shape[:3], 1))(noise)
    still = clip.frames**0.5 * ops.mean(noise, axis=1, keepdims=True)
    noise = layers.Concatenate()([noise, ops.repeat(still, clip.frames, axis=1)])
    kernel = (min(3, clip.frames), 3, 3)
    shaped = layers.Conv3D(clip.channels, kernel, padding="same", use_bias=False)(noise)
    weak = keras.initializers.Constant(0.05)
    strength = layers.Dense(clip.channels, kernel_initializer="zeros", bias_initializer=weak)
    strengths = layers.Reshape((1, 1, 1, clip.channels))(strength(style))
    return layers.Multiply(dtype="float32")([shaped, strengths])


def _stack(style, condition, clip, frames, strides, depth, channels, batch_norm, motion):
    """Transposed convolutions that double a few small maps to [B, frames or more, H, W, depth].

    The maps come from the latents and, where it isn't None, from each frame's part of `motion`
    [B, frames, M].
    """
    sides = [side // 2 ** len(strides) for side in (clip.height, clip.width)]
    widths = [channels * min(8, 2**stage) for stage in range(len(strides))][::-1]
    size = math.prod(sides) * widths[0]
    if motion is None:
        x = layers.Dense(frames * size)(style)
    else:
        x = layers.Dense(size)(motion) + layers.Reshape((1, size))(layers.Dense(size)(style))
    x = layers.Reshape((frames, *sides, widths[0]))(x)
    for stride, width in zip(strides, [*widths[1:], None], strict=True):
        if batch_norm:
            x = layers.ReLU()(BatchNorm()(x))
        else:
            x = activated(x, style, motion=motion)
        if condition.shape[-1]:
            x = layers.Concatenate()([x, shrunk(condition, clip, x)])
        kernel = [4 if step == 2 else 1 for step in stride]
        if motion is not None and not width:
            kernel[0] = min(3, frames)  # Frames drawn one by one meet their neighbours at last.
        # Batch norm would remove a bias again.
        how = {"strides": stride, "padding": "same", "use_bias": not (width and batch_norm)}
        x = layers.Conv3DTranspose(width or depth, tuple(kernel), **how)(x)
    return x


def _float32(activation, name):
    return layers.Activation(activation, dtype="float32", name=name)
