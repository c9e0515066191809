"""A generator that draws each frame by itself, from a code that lasts and one that moves.

Source: Tulyakov et al., "MoCoGAN: Decomposing Motion and Content for Video Generation", CVPR 2018.
"""

import math

import keras
from keras import layers, ops

from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError
from vgan.networks.batch_statistics import BatchNorm
from vgan.networks.layers import activated, shrunk
from vgan.networks.sizes import check_strides, halvings


def _stages(clip):
    return max(1, halvings(min(clip.height, clip.width), 4))


def _factors(clip):
    return 1, 2 ** _stages(clip), 2 ** _stages(clip)


def generator(
    clip,
    condition_channels=0,
    num_labels=0,
    content_dim=50,
    motion_dim=10,
    channels=64,
    cell="gru",
    periods=(1,),
    batch_norm=True,
):
    """Latents to a clip: content and a recurrent motion code, each frame drawn in 2-D.

    No weight depends on the number of frames, so those of one length make clips of any other,
    whose first frames are the same where content and noise are.

    Args:
      condition_channels: K of the given frames; each joins the stages of its own frame.
      num_labels: number of classes; a label joins the content and the noise.
      content_dim: length of the part of the latents that all frames share.
      motion_dim: length of the noise of one frame, and of a motion code.
      channels: width at half the size; each stage before is twice as wide, up to fourfold.
      cell: "gru" for a motion code that is a vector, "conv_lstm" for maps of `channels` that join
        the smallest features.
      periods: one recurrence for each, which ticks at every `period`-th frame and is held between.
      batch_norm: normalise by the batch, as in the paper; if not, by pixel, with scales of the
        channels that the content chooses.
    Returns:
      keras.Model: latents [B, content_dim + T * motion_dim], content first and then the noise
      frame by frame, condition [B, T, H, W, K], label int [B] -> clip [B, T, H, W, C] float32 in
      [-1, 1].
    Raises:
      UsageError: the strides don't divide the clip, or an unknown cell or period.

    Source: Tulyakov et al., section 3, also for the label in the noise; of the periods, Koutnik et
    al., "A Clockwork RNN", 2014; of the maps, Shi et al., "Convolutional LSTM Network", 2015, and
    Saito et al., "Train Sparsely, Generate Densely", 2020.
    """
    name = "--generator=recurrent"
    check_whole(name, 1, content_dim=content_dim, motion_dim=motion_dim, channels=channels)
    _check_recurrences(name, cell, periods)
    check_strides(clip, _factors, name)
    widths = [channels * min(4, 2**stage) for stage in range(_stages(clip))][::-1]
    smallest = [size >> _stages(clip) for size in clip.shape[1:3]]

    latents = keras.Input((content_dim + clip.frames * motion_dim,), name="latents")
    condition = keras.Input((*clip.shape[:3], condition_channels), name="condition")
    label = keras.Input((), dtype="int32", name="label")
    content = latents[:, :content_dim]
    noise = layers.Reshape((clip.frames, motion_dim))(latents[:, content_dim:])
    if num_labels:
        class_code = layers.Embedding(num_labels, 32, name="class")(label)
        content = layers.Concatenate()([content, class_code])
        noise = layers.Concatenate()([noise, layers.RepeatVector(clip.frames)(class_code)])
    if cell == "gru":
        motion = [_held(noise, period, _gru(motion_dim)) for period in periods]
        code = layers.Concatenate()([layers.RepeatVector(clip.frames)(content), *motion])
        x = _maps(code, smallest, widths[0])
    else:
        recurrence = _conv_lstm(smallest, motion_dim, channels)
        motion = [_held(noise, period, recurrence) for period in periods]
        x = ops.expand_dims(_maps(content, smallest, widths[0]), 1)
        x = layers.Concatenate()([ops.repeat(x, clip.frames, axis=1), *motion])
    for width in [*widths[1:], clip.channels]:
        x = layers.ReLU()(BatchNorm()(x)) if batch_norm else activated(x, content)
        if condition_channels:
            x = layers.Concatenate()([x, shrunk(condition, clip, x)])
        x = _doubled(x, width, use_bias=not batch_norm)
    video = layers.Activation("tanh", dtype="float32", name="video")(x)
    return keras.Model([latents, condition, label], video, name="recurrent_generator")


def _check_recurrences(name, cell, periods):
    if cell not in ("gru", "conv_lstm"):
        raise UsageError(f"{name}(cell={cell!r}): unknown. Choose 'gru' or 'conv_lstm'")
    if not isinstance(periods, (tuple, list)) or not periods:
        raise UsageError(f"{name}(periods={periods!r}): must be frames in brackets, as (1, 4)")
    for period in periods:
        check_whole(name, 1, periods=period)


def _held(noise, period, recurrence):
    """The output of a recurrence that ticks at every `period`-th frame, held between its ticks."""
    ticks = recurrence(noise[:, ::period])
    return ops.repeat(ticks, period, axis=1)[:, : noise.shape[1]]


def _gru(units):
    """A recurrence over vectors.

    It starts from a linear map of the first frame's noise, as the paper starts from noise: motion
    isn't to depend on the content.
    """

    def recurrence(noise):
        start = layers.Dense(units)(noise[:, 0])
        return seedless(layers.GRU(units, return_sequences=True))(noise, initial_state=start)

    return recurrence


def _conv_lstm(size, depth, channels):
    """A recurrence over maps of `channels`, made from maps of `depth`; it starts as `_gru`."""

    def recurrence(noise):
        start = [_maps(noise[:, 0], size, channels) for _ in range(2)]
        cells = layers.ConvLSTM2D(channels, 3, padding="same", return_sequences=True, unroll=True)
        return seedless(cells)(_maps(noise, size, depth), initial_state=start)

    return recurrence


def seedless(recurrent):
    """Removes the seed generator that a Keras layer keeps even though its dropout is 0."""
    recurrent.cell._seed_generators.clear()
    del recurrent.cell.seed_generator
    return recurrent


def _maps(codes, size, width):
    """Codes [B, ..., D] to maps [B, ..., *size, width]."""
    maps = layers.Dense(math.prod(size) * width)(codes)
    return layers.Reshape((*codes.shape[1:-1], *size, width))(maps)


def _doubled(x, width, use_bias):
    """Frames [B, T, H, W, D] at twice the size, each by itself."""
    frames = ops.reshape(x, (-1, *x.shape[2:]))
    convolution = layers.Conv2DTranspose(width, 4, strides=2, padding="same", use_bias=use_bias)
    frames = convolution(frames)
    return ops.reshape(frames, (-1, x.shape[1], *frames.shape[1:]))
