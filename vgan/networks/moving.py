"""How pictures with masks go along paths, and what flow that is."""

import keras
import numpy as np
from keras import layers, ops

from vgan.motion.warp import move

MIDDLE = 7.5
"""The frame, of sixteen, around which a path is drawn."""

FURTHEST = 1 / 8
"""Of the shorter side: how far an output of 1 of a field of flow reaches."""


@keras.saving.register_keras_serializable(package="vgan")
class Path(layers.Layer):
    """Where an object is in each frame: an even, straight way, turning back where it must.

    Within the first sixteen frames it stays within a reach of its own, in longer clips it turns
    back there. Its inputs, [B, 2] but for the speed [B, 1] and the sway [B, T, 2], are numbers of
    any size; its output is [B, T, 2], (x, y) in parts of the frame's sides, 0 in the middle.
    """

    def call(self, inputs):
        heading, speed, start, reach, sway = inputs
        unit = heading / ops.sqrt(ops.sum(heading**2, -1, keepdims=True) + 1e-6)
        way, reach = unit * ops.sigmoid(speed), 0.5 * ops.sigmoid(reach)
        start = (1 - ops.abs(way)) * ops.tanh(start)
        time = ops.cast(np.arange(sway.shape[1])[:, None] / MIDDLE - 1, "float32")
        along = start[:, None] + way[:, None] * time
        turned = 1 - ops.abs(ops.mod(along + 1, 4.0) - 2)
        return reach[:, None] * turned + sway

    def compute_output_shape(self, input_shape):
        return input_shape[-1]


@keras.saving.register_keras_serializable(package="vgan")
class MovedObject(layers.Layer):
    """A picture with a mask, moved so that the middle of its mass goes along a path.

    Its inputs are a form [B, H, W, C + 1], its colours and mask before tanh and sigmoid; a path as
    of Path; and perhaps a smaller field [B, T, h, w, 3] in the object's own places: (dx, dy) that
    bends it, and what hides it where negative. Its outputs are colours [B, T, H, W, C] times mask,
    mask [B, T, H, W, 1], and the flow of what is seen, [B, T-1, H, W, 2] in pixels.

    Args:
      stiffness: weight of how far the object is bent, in pixels times its mask, a mean over all
        pixels, among the model's losses in training calls.
    """

    def __init__(self, stiffness=0.0, **kwargs):
        super().__init__(**kwargs)
        self.stiffness = stiffness

    def call(self, inputs, training=False):
        form, path, *fields = inputs
        height, width, _ = form.shape[1:]
        colours, mask = ops.split(form, [form.shape[-1] - 1], axis=-1)
        mask = ops.sigmoid(mask) * _inside(height, width)
        form = ops.concatenate([ops.tanh(colours) * mask, mask], -1)
        shift = np.float32([width, height]) * path - _centre(mask)[:, None]
        step = (shift[:, 1:] - shift[:, :-1])[:, :, None, None]
        if fields:
            bend, shown = ops.split(_carried(fields[0], shift, (height, width)), [2], axis=-1)
            bend = FURTHEST * min(height, width) * bend
            # At first all is shown.
            moved = move(form, bend - shift[:, :, None, None]) * ops.sigmoid(4 + 4 * shown)
            # What a pixel shows keeps its place in the object while the object's shift changes.
            change = fields[0][:, :-1, ..., :2] - fields[0][:, 1:, ..., :2]
            change = _carried(change, shift[:, :-1], (height, width))
            step = step + FURTHEST * min(height, width) * change
            if training and self.stiffness:
                length = ops.sqrt(ops.sum(ops.square(bend), -1, keepdims=True) + 1e-6)
                seen = ops.stop_gradient(moved[..., -1:])  # Hiding what is bent must not pay.
                self.add_loss(self.stiffness * ops.mean(seen * length))
        else:
            moved = shifted(form, shift)
            step = ops.broadcast_to(step, (*ops.shape(step)[:2], height, width, 2))
        colours, mask = ops.split(moved, [form.shape[-1] - 1], axis=-1)
        return colours, mask, step

    def get_config(self):
        return super().get_config() | {"stiffness": self.stiffness}

    def compute_output_shape(self, input_shape):
        (clips, height, width, depth), (_, frames, _), *_ = input_shape
        whole = clips, frames, height, width
        return (*whole, depth - 1), (*whole, 1), (clips, frames - 1, height, width, 2)


def shifted(pictures, shift):
    """Pictures moved as a whole, bilinearly, 0 coming in.

    A product of two thin matrices takes a third of the time of `move`.

    Args:
      pictures: float32 [B, H, W, C]; shift: float32 [B, T, 2], (x, y) in pixels.
    Returns:
      float32 [B, T, H, W, C].
    """
    height, width, channels = pictures.shape[1:]
    frames = shift.shape[1]

    def weights(size, shift):
        to, of = np.float32(np.arange(size))[:, None], np.float32(np.arange(size))
        return ops.relu(1 - ops.abs(to - of - shift[..., None, None]))

    rows = ops.reshape(weights(height, shift[..., 1]), (-1, frames * height, height))
    moved = ops.matmul(rows, ops.reshape(pictures, (-1, height, width * channels)))
    moved = ops.reshape(moved, (-1, frames, height, width, channels))
    return ops.matmul(weights(width, shift[..., 0])[:, :, None], moved)


def _carried(field, shift, size):
    """A field [B, T, h, w, K] that goes with an object by its shift, at full size."""
    frames, *small = field.shape[1:4]
    scale = np.float32([small[1] / size[1], small[0] / size[0]])
    shift = shift[:, :, None, None]
    places = ops.broadcast_to(-scale * shift, (ops.shape(field)[0], frames, *small, 2))
    field, places = (ops.reshape(of, (-1, *of.shape[2:])) for of in (field, places))
    field = ops.image.resize(move(field, places), size)
    return ops.reshape(field, (-1, frames, *size, field.shape[-1]))


def _inside(height, width):
    """1 but on the outermost ring of pixels, so that what leaves the frame is gone."""
    inside = np.zeros((height, width, 1), np.float32)
    inside[1:-1, 1:-1] = 1
    return inside


def _centre(mask):
    """The middle of the mass of masks [B, H, W, 1], [B, 2] in pixels from the frame's."""
    height, width = mask.shape[1:3]
    x = np.float32(np.arange(width) - (width - 1) / 2)[:, None]
    y = np.float32(np.arange(height) - (height - 1) / 2)[:, None, None]
    mass = ops.sum(mask, (1, 2)) + 1e-3
    return ops.concatenate([ops.sum(mask * along, (1, 2)) for along in (x, y)], -1) / mass


@keras.saving.register_keras_serializable(package="vgan")
class Moved(keras.layers.Layer):
    """Each frame of a video, moved along a flow [B, T, H, W, 2] of its own."""

    def call(self, inputs):
        video, flow = inputs
        frames = ops.reshape(video, (-1, *video.shape[2:]))
        return ops.reshape(move(frames, ops.reshape(flow, (-1, *flow.shape[2:]))), ops.shape(video))

    def compute_output_shape(self, input_shape):
        return input_shape[0]


def flow_of_given(before, after, weight, known):
    """The flow of what is given, moved to each frame.

    A pixel looks up what was given last, and what is given next, along these fields. As long as
    that stays the same from a frame to the next, the fields' difference is its flow.

    Args:
      before, after: [B, T, H, W, 2], where what is given before and after is looked up, 0 where a
        pixel is given.
      weight: [B, T, H, W, 1], of the first of the two, as filling.sides gives it.
      known: [B, T, H, W, 1], the mask of what is given, 0 or 1.
    Returns:
      [B, T-1, H, W, 2]; 0 where a pixel is given in both frames.
    """
    weight = (weight[:, :-1] + weight[:, 1:]) / 2
    same_before, same_after = weight * (1 - known[:, 1:]), (1 - weight) * (1 - known[:, :-1])
    steps = same_before * (before[:, :-1] - before[:, 1:])
    steps = steps + same_after * (after[:, :-1] - after[:, 1:])
    return steps / ops.maximum(same_before + same_after, 1e-6)
