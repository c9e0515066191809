"""A generator of layers that are moved: pictures that are drawn once, and how each of them moves.

What moves keeps its form and colour by construction: it is motion compensation in the generator.
The generator knows its clips' flow and masks.
"""

import functools
import math

import keras
import numpy as np
from keras import layers, ops

from vgan.core.arguments import check_number, check_whole
from vgan.models.motion import KnownMotion
from vgan.networks.attention import attend
from vgan.networks.filling import blended, sides
from vgan.networks.layers import activated, generator_inputs, shrunk
from vgan.networks.motion_code import motion_code
from vgan.networks.moving import FURTHEST, MovedObject, Path, flow_of_given
from vgan.networks.sizes import check_strides, halvings
from vgan.networks.unet3d import Moved

PATH_LATENTS = 16
"""How many latents choose the objects' paths, beside those of the waves."""

_VOLUME = 48, 32
"""Widths of the volume at 4x4 and above."""

_QUIET = keras.initializers.VarianceScaling(0.01)
"""A start from which hardly anything is deformed or added."""


def _doublings(clip):
    return max(1, halvings(min(clip.height, clip.width), 4))


def _factors(clip):
    return 1, 2 ** _doublings(clip), 2 ** _doublings(clip)


def generator(
    clip,
    condition_channels=0,
    num_labels=0,
    latent_dim=128,
    channels=32,
    objects=1,
    field=True,
    stiffness=0.0,
    redrawn=8,
    motion_waves=6,
    attention=False,
):
    """Latents to a clip of any number of frames: a ground, and objects that move before it.

    The ground and each object with its mask are pictures, drawn once by 2-D convolutions. An object
    goes along a line, and sways, is deformed along a field of flow, and is in part hidden as 3-D
    convolutions of a small volume say, at a quarter of the size. All are laid over each other, and
    a thin 3-D convolution at half the size draws over them, masked too, what moving can't show.

    Args:
      condition_channels: K of what is given, pixels and mask; 0 for nothing. Where something is,
        the ground is what is given before and after each frame, moved along fields of flow.
      channels: width of the pictures at full size; each size before is twice as wide, up to
        fourfold.
      objects: pictures with masks that are laid over the ground, one after another.
      field: deform objects; if not, they go along their paths as they are.
      stiffness: weight of how far objects are bent, a mean in pixels, among the losses: so that
        they go along their paths as they are wherever that will do; at least 0.
      redrawn: half the width of what draws parts of each frame anew; 0 for none.
      motion_waves: how many waves say what happens when.
      attention: let all places and times of the volume look at each other.
    Returns:
      keras.Model: latents [B, latent_dim + 16 + 2 motion_waves], condition [B, T, H, W, K], label
      int [B] -> clip [B, T, H, W, C] float32 in [-1, 1]; it knows its motion, see models.motion,
      the flow 0 where a pixel is given in both frames.
    Raises:
      UsageError: the strides don't divide the clip, or a number out of its range.

    Source: layers before each other, Wang and Adelson, "Representing Moving Images with Layers",
    1994; drawn by a network, Vondrick et al., "Generating Videos with Scene Dynamics", 2016; moved,
    Jaderberg et al., "Spatial Transformer Networks", 2015.
    """
    name = "--generator=layered"
    whole = {"latent_dim": latent_dim, "channels": channels, "objects": objects}
    check_whole(name, 1, motion_waves=motion_waves, **whole)
    check_whole(name, 0, redrawn=redrawn)
    check_number(name, least=0, stiffness=stiffness)
    check_strides(clip, _factors, name)
    beside = PATH_LATENTS + 2 * motion_waves
    *inputs, style = generator_inputs(clip, latent_dim, condition_channels, num_labels, beside)
    latents, condition, _ = inputs
    path, code = ops.split(latents[:, latent_dim:], [PATH_LATENTS], axis=1)
    moving = layers.Concatenate()([style, path])
    motion = motion_code(code, moving, clip.frames)
    volume, fields = _volume(style, motion, condition, clip, attention), [[]] * objects
    if field:
        fields = [[of] for of in ops.split(_drawn(volume, 3 * objects), objects, axis=-1)]
    draw = functools.partial(_picture, style, condition, clip, channels)
    video, flow = _ground(draw, condition, clip, volume)
    forms = draw((clip.channels + 1) * objects, "objects")
    if condition_channels:
        # What is given is shown at first, and objects come where that doesn't do.
        forms = forms - np.tile(np.float32([0] * clip.channels + [3]), objects)
    forms = ops.split(forms, objects, axis=-1)
    masks = []
    paths = _paths(moving, volume, objects)
    for form, path, bend in zip(forms, paths, fields, strict=True):
        moved = MovedObject(stiffness, dtype="float32")
        colours, mask, step = moved([form, path, *bend])
        video = colours + (1 - mask) * video
        now = mask[:, :-1]
        flow = now * step + (1 - now) * flow
        masks = [*(other * (1 - mask) for other in masks), mask]
    masks = layers.Concatenate(dtype="float32")(masks)
    if redrawn:
        colours, mask = _redrawn(volume, style, video, masks, redrawn)
        video = video + mask * (colours - video)
        masks = masks * (1 - mask)
    video = KnownMotion(dtype="float32")([video, flow, masks])
    return keras.Model(inputs, video, name="layered_generator")


def _picture(style, condition, clip, channels, depth, name):
    """A picture [B, H, W, depth] of the style, and of the mean of what is given."""
    steps = _doublings(clip)
    small = [side // 2**steps for side in (clip.height, clip.width)]
    widths = [channels * min(4, 2**stage) for stage in range(steps + 1)][::-1]
    x = layers.Dense(math.prod(small) * widths[0])(style)
    x = layers.Reshape((1, *small, widths[0]))(x)
    for width in widths[1:]:
        x = activated(x, style)
        if condition.shape[-1]:
            x = layers.Concatenate()([x, shrunk(condition, clip, x)])
        # Transposed convolutions leave checkerboards, which a picture that is moved keeps.
        x = layers.UpSampling3D((1, 2, 2))(x)
        x = layers.Conv3D(width, (1, 3, 3), padding="same")(x)
    x = layers.Conv3D(depth, (1, 3, 3), padding="same")(activated(x, style))
    return layers.Reshape((clip.height, clip.width, depth), dtype="float32", name=name)(x)


def _ground(draw, condition, clip, volume):
    """What lies under all objects, a still picture or what is given, moved; and its flow."""
    if not condition.shape[-1]:
        picture = layers.Activation("tanh", dtype="float32")(draw(clip.channels, "ground"))
        video = ops.repeat(picture[:, None], clip.frames, axis=1)
        return video, ops.zeros_like(video[:, 1:, ..., :1]) * np.zeros(2, np.float32)
    *given, weight = sides(condition)
    fields = ops.reshape(_drawn(volume, 4), (-1, *volume.shape[2:4], 4))
    fields = ops.image.resize(fields, (clip.height, clip.width))
    lookups = ops.reshape(fields, (-1, *clip.shape[:3], 4))
    lookups = ops.split(FURTHEST * min(clip.height, clip.width) * lookups, 2, axis=-1)
    moved = (Moved(dtype="float32")(pair) for pair in zip(given, lookups, strict=True))
    return blended(*moved, weight), flow_of_given(*lookups, condition[..., -1:])


def _paths(moving, volume, objects):
    """Where each object is, [B, T, 2] as of moving.Path: a line, and the sway of a volume."""
    x = moving
    for _ in range(2):
        x = layers.LeakyReLU(0.2)(layers.Dense(128)(x))

    def numbers(count, bias=0.0):
        start = keras.initializers.Constant(bias)
        found = layers.Dense(count * objects, bias_initializer=start, dtype="float32")(x)
        return ops.split(found, objects, axis=-1)

    of_each = [numbers(2), numbers(1, -0.5), numbers(2), numbers(2, 1.0)]
    swaying = layers.Dense(2 * objects, kernel_initializer=_QUIET, dtype="float32")
    of_each.append(ops.split(swaying(ops.mean(volume, axis=(2, 3))), objects, axis=-1))
    return [Path(dtype="float32")(list(of)) for of in zip(*of_each, strict=True)]


def _volume(style, motion, condition, clip, attention):
    """What happens where and when, [B, T, H / 4, W / 4, C]: from 4x4 by doublings."""
    steps = _doublings(clip)
    small = [side // 2**steps for side in (clip.height, clip.width)]
    size = math.prod(small) * _VOLUME[0]
    x = layers.Dense(size)(motion) + layers.Reshape((1, size))(layers.Dense(size)(style))
    x = activated(layers.Reshape((clip.frames, *small, _VOLUME[0]))(x), style)
    if attention:
        x = attend(x)
    kernel = min(3, clip.frames), 3, 3  # Never longer than the clip, as conv3d._convolved says.
    x = layers.Conv3D(_VOLUME[0], kernel, padding="same")(_with_given(x, condition, clip))
    for _ in range(steps - 2):
        x = _with_given(activated(x, style), condition, clip)
        x = layers.Conv3DTranspose(_VOLUME[1], (1, 4, 4), (1, 2, 2), padding="same")(x)
    x = activated(x, style)
    return _with_given(x, condition, clip)


def _with_given(x, condition, clip):
    """Features, and what is given at their size."""
    if not condition.shape[-1]:
        return x
    return layers.Concatenate()([x, shrunk(condition, clip, x)])


def _drawn(volume, depth):
    """Fields [B, T, h, w, depth] of flow and the like, at the volume's size."""
    kernel = min(3, volume.shape[1]), 3, 3
    how = {"padding": "same", "kernel_initializer": _QUIET, "dtype": "float32"}
    return layers.Conv3D(depth, kernel, **how)(volume)


def _redrawn(volume, style, video, masks, width):
    """What is drawn anew in each frame, [B, T, H, W, C], and its mask, nothing at first.

    The volume, doubled to half the size, and what it sees of the video go through a 3-D
    convolution, and are doubled again.
    """
    channels, frames = video.shape[-1], video.shape[1]
    scale = video.shape[2] // volume.shape[2] // 2
    if scale > 1:
        volume = layers.Conv3DTranspose(2 * width, (1, 4, 4), (1, 2, 2), padding="same")(volume)
    shown = layers.AveragePooling3D((1, 2, 2))(ops.concatenate([video, masks], axis=-1))
    x = layers.Concatenate()([volume, shown])
    x = layers.Conv3D(2 * width, (min(3, frames), 3, 3), padding="same")(x)
    how = {"padding": "same", "kernel_initializer": _QUIET, "dtype": "float32"}
    doubled = layers.Conv3DTranspose(channels + 1, (1, 4, 4), (1, 2, 2), **how)
    colours, mask = ops.split(doubled(activated(x, style)), [channels], axis=-1)
    return ops.tanh(colours), ops.sigmoid(mask - 4)
