"""A first guess at what isn't given: pixels of the given frames nearest in time."""

from keras import ops

NEVER = 1e6
"""Frames to a given pixel where there is none."""


def sides(condition):
    """What is given before and after each pixel, at the same place.

    Where nothing is ever given at a place, both are the condition's own pixels: a hint, or 0.

    Args:
      condition: [B, T, H, W, C + 1], pixels and the mask of those that are given.
    Returns:
      The last given pixels and the next ones, float32 [B, T, H, W, C], 0 where there are none on
      that side; and the weight of the first [B, T, H, W, 1], how near it is in time, which hides
      the 0.
    """
    condition = ops.cast(condition, "float32")
    pixels, known = condition[..., :-1], condition[..., -1:]
    steps = list(zip(ops.unstack(pixels, axis=1), ops.unstack(known, axis=1), strict=True))
    before, since = _carried(steps)
    after, until = (ops.flip(found, axis=1) for found in _carried(steps[::-1]))
    nothing = (since >= NEVER) & (until >= NEVER)
    weight = (until + 1e-3) / (since + until + 2e-3)
    return ops.where(nothing, pixels, before), ops.where(nothing, pixels, after), weight


def blended(before, after, weight):
    """The given pixels, and between them in time a linear blend; arguments as `sides` gives them.

    Before the first and after the last given pixel of a place that one is repeated.
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
