"""A first guess at what isn't given: the given pixels nearest in time, or else those around."""

import keras
from keras import ops

NEVER = 1e6
"""Stands for the number of frames to a given pixel where there is none."""


def sides(condition):
    """What is given before and after each pixel, at the same place.

    Where nothing is ever given at a place, both are the condition's own pixels where these are a
    hint, else what lies around in the frame, or 0 where nothing does.

    Args:
      condition: [B, T, H, W, C + 1], pixels and the mask of those that are given.
    Returns:
      The last given pixels and the next ones, float32 [B, T, H, W, C], 0 where there are none on
      that side; and the weight of the first [B, T, H, W, 1], by how near it is in time, which
      leaves out that 0.
    """
    condition = ops.cast(condition, "float32")
    pixels, known = condition[..., :-1], condition[..., -1:]
    steps = list(zip(ops.unstack(pixels, axis=1), ops.unstack(known, axis=1), strict=True))
    before, since = _carried(steps)
    after, until = (ops.flip(found, axis=1) for found in _carried(steps[::-1]))
    nothing = ops.minimum(since, until) >= NEVER
    weight = (until + 1e-3) / (since + until + 2e-3)
    instead = Instead(dtype="float32")([pixels, nothing, before, after, weight])
    return ops.where(nothing, instead, before), ops.where(nothing, instead, after), weight


def blended(before, after, weight):
    """The given pixels, and between them in time a linear blend; arguments as `sides` gives them.

    Before the first given pixel of a place, and after the last, that pixel is repeated.
    """
    return weight * before + (1 - weight) * after


def _carried(steps):
    """The last known pixel so far [B, T, H, W, C], and how many frames ago [B, T, H, W, 1]."""
    held, age = ops.zeros_like(steps[0][0]), ops.full_like(steps[0][1], NEVER)
    found = []
    for pixels, known in steps:
        held, age = ops.where(known > 0.5, pixels, held), ops.where(known > 0.5, 0.0, age + 1)
        found.append((held, age))
    return [ops.stack(parts, axis=1) for parts in zip(*found, strict=True)]


@keras.saving.register_keras_serializable(package="vgan")
class Instead(keras.layers.Layer):
    """What stands where nothing is ever given: a hint, or what is spread there."""

    def call(self, inputs):
        pixels, nothing, *given = inputs
        video = blended(*given)
        frames, known = (ops.reshape(x, (-1, *x.shape[2:])) for x in (video, ~nothing))
        around = ops.reshape(spread(frames, known), ops.shape(video))
        hidden = ops.all(pixels == 0, axis=-1, keepdims=True)  # No level of a hint is 0.
        return ops.where(hidden, around, pixels)

    def compute_output_shape(self, input_shape):
        return input_shape[0]


def spread(frames, known):
    """Frames whose unknown pixels are averages of known ones in ever larger squares around them.

    Args:
      frames: float32 [N, H, W, C]; known: bool [N, H, W, 1].
    Returns:
      float32 [N, H, W, C], 0 where a frame knows nothing.

    Source: pull-push, Gortler et al., "The Lumigraph", 1996, section 3.4, with weights of 0 and 1.
    """
    if max(frames.shape[1:3]) == 1:
        return ops.where(known, frames, 0.0)
    share = _halved(ops.cast(known, "float32"))
    means = _halved(ops.where(known, frames, 0.0)) / ops.maximum(share, 1e-6)
    around = ops.image.resize(spread(means, share > 0), frames.shape[1:3])
    return ops.where(known, frames, around)


def _halved(frames):
    return ops.average_pool(frames, 2, padding="same")
