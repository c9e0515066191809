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
from vgan.core.errors import UsageError
from vgan.models.motion import KnownMotion
from vgan.networks.filling import blended, sides
from vgan.networks.layers import QUIET, activated, generator_inputs
from vgan.networks.motion_code import motion_code
from vgan.networks.moving import FURTHEST, Moved, MovedObject, Path, flow_of_given
from vgan.networks.sizes import check_strides
from vgan.networks.volume import BEYOND, doublings, draw_anew, fields, volume, with_given

PATH_LATENTS = 16
"""How many latents choose the objects' paths, beside those of the waves."""


def _factors(clip):
    return 1, 2 ** doublings(clip), 2 ** doublings(clip)


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
    """Latents to a clip of 3 frames or more: a ground, and objects that move before it.

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
      stiffness: weight of how far objects are bent by their field, a mean in pixels, among the
        losses: so that they go as they are wherever that will do; at least 0.
      redrawn: half the width of what draws parts of each frame anew; 0 for none.
      motion_waves: how many waves say what happens when.
      attention: let all places and times of the volume look at each other.
    Returns:
      keras.Model: latents [B, latent_dim + 16 + 2 motion_waves], condition [B, T, H, W, K], label
      int [B] -> clip [B, T, H, W, C] float32 in [-1, 1]; it knows its motion, see models.motion,
      but for pixels that are given in both frames or drawn anew, whose flow is 0.
    Raises:
      UsageError: the strides don't divide the clip, a number out of its range, or stiffness where
        nothing is bent.

    Source: layers before each other, Wang and Adelson, "Representing Moving Images with Layers",
    1994; drawn by a network, Vondrick et al., "Generating Videos with Scene Dynamics", 2016; moved,
    Jaderberg et al., "Spatial Transformer Networks", 2015.
    """
    name = "--generator=layered"
    whole = {"latent_dim": latent_dim, "channels": channels, "objects": objects}
    check_whole(name, 1, motion_waves=motion_waves, **whole)
    check_whole(name, 0, redrawn=redrawn)
    check_number(name, least=0, stiffness=stiffness)
    if stiffness and not field:
        raise UsageError(f"{name}(stiffness={stiffness!r}, field=False): nothing bends. Drop one")
    check_strides(clip, _factors, name)
    beside = PATH_LATENTS + 2 * motion_waves
    *inputs, style = generator_inputs(clip, latent_dim, condition_channels, num_labels, beside)
    latents, condition, _ = inputs
    path_latents, code = ops.split(latents[:, latent_dim:], [PATH_LATENTS], axis=1)
    moving = layers.Concatenate()([style, path_latents])
    motion = motion_code(code, moving, clip.frames + 2 * BEYOND, first=-BEYOND)
    when = volume(style, motion, condition, clip, attention)
    bends = [[]] * objects
    if field:
        bends = [[of] for of in ops.split(fields(when, 3 * objects), objects, axis=-1)]
    draw = functools.partial(_picture, style, condition, clip, channels)
    forms = draw((clip.channels + 1) * objects, "objects")
    video, flow, free = _ground(draw, condition, clip, when)
    if condition_channels:
        # What is given is shown at first, and objects come where that doesn't do.
        forms = forms - np.tile(np.float32([0] * clip.channels + [3]), objects)
    masks = []
    for form, path, bend in zip(
        ops.split(forms, objects, axis=-1), _paths(moving, when, objects), bends, strict=True
    ):
        colours, mask, step = MovedObject(stiffness, dtype="float32")([form, path, *bend])
        colours, mask = free * colours, free * mask
        video = colours + (1 - mask) * video
        now = mask[:, :-1]
        flow = now * step + (1 - now) * flow
        masks = [mask, *(other * (1 - mask) for other in masks)]
    masks = layers.Concatenate(dtype="float32")(masks)
    if redrawn:
        colours, mask = draw_anew(when, style, video, masks, redrawn)
        mask = free * mask
        video = video + mask * (colours - video)
        # A critic of flow isn't to be pleased by what is drawn.
        flow, masks = flow * (1 - ops.stop_gradient(mask[:, :-1])), masks * (1 - mask)
    video = KnownMotion(dtype="float32")([video, flow, masks])
    return keras.Model(inputs, video, name="layered_generator")


def _picture(style, condition, clip, channels, depth, name):
    """A picture [B, H, W, depth] of the style, and of the mean of what is given."""
    steps = doublings(clip)
    small = [side // 2**steps for side in (clip.height, clip.width)]
    widths = [channels * min(4, 2**stage) for stage in range(steps + 1)][::-1]
    x = layers.Dense(math.prod(small) * widths[0])(style)
    x = layers.Reshape((1, *small, widths[0]))(x)
    for width in widths[1:]:
        x = with_given(activated(x, style), condition)
        # Transposed convolutions leave checkerboards, which a picture that is moved keeps.
        x = layers.UpSampling3D((1, 2, 2))(x)
        x = layers.Conv3D(width, (1, 3, 3))(_edged(x))
    x = layers.Conv3D(depth, (1, 3, 3))(_edged(activated(x, style)))
    return layers.Reshape((clip.height, clip.width, depth), dtype="float32", name=name)(x)


def _edged(x):
    """Features whose outermost pixels are repeated around: zeros there would frame a picture."""
    return ops.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")


def _ground(draw, condition, clip, when):
    """What lies under all objects, a still picture or what is given, moved.

    Returns:
      video [B, T, H, W, C]; its flow [B, T-1, H, W, 2]; and where objects may be, 1 or
      [B, T, H, W, 1], 0 on pixels that are given.
    """
    if not condition.shape[-1]:
        picture = layers.Activation("tanh", dtype="float32")(draw(clip.channels, "ground"))
        video = ops.repeat(picture[:, None], clip.frames, axis=1)
        return video, ops.zeros_like(video[:, 1:, ..., :1]) * np.zeros(2, np.float32), 1.0
    *given, weight = sides(condition)
    free = 1 - ops.cast(condition[..., -1:] > 0.5, "float32")
    found = ops.reshape(fields(when, 4), (-1, *when.shape[2:4], 4))
    found = ops.image.resize(found, (clip.height, clip.width))
    lookups = FURTHEST * min(clip.height, clip.width) * ops.reshape(found, (-1, *clip.shape[:3], 4))
    # Given pixels are shown where they are.
    lookups = ops.split(free * lookups, 2, axis=-1)
    moved = (Moved(dtype="float32")(pair) for pair in zip(given, lookups, strict=True))
    return blended(*moved, weight), flow_of_given(*lookups, weight, 1 - free), free


def _paths(moving, when, objects):
    """Where each object is, [B, T, 2] as of moving.Path: a line, and the sway of a volume."""
    x = moving
    for _ in range(2):
        x = layers.LeakyReLU(0.2)(layers.Dense(128)(x))

    def numbers(count, bias=0.0):
        start = keras.initializers.Constant(bias)
        found = layers.Dense(count * objects, bias_initializer=start, dtype="float32")(x)
        return ops.split(found, objects, axis=-1)

    of_each = [numbers(2), numbers(1, -0.5), numbers(2), numbers(2, 1.0)]
    swaying = layers.Dense(2 * objects, kernel_initializer=QUIET, dtype="float32")
    of_each.append(ops.split(swaying(ops.mean(when[:, 1:-1], axis=(2, 3))), objects, axis=-1))
    return [Path(dtype="float32")(list(of)) for of in zip(*of_each, strict=True)]
