"""Tiles of frames: where they lie, how they blend, and frames made tile by tile."""

import itertools

import numpy as np


def mirrored(indices, count):
    """Positions on an axis of `count`, reflected at both ends as often as it takes.

    Args:
      indices: whole numbers, also negative ones or from `count` up.
      count: length of the axis, 1 or more.
    Returns:
      int array of the shape of `indices`, from 0 to count - 1; the ends aren't doubled.
    """
    period = max(2 * (count - 1), 1)
    folded = np.mod(indices, period)
    return np.minimum(folded, period - folded) if count > 1 else 0 * folded


def starts(size, tile, overlap):
    """Where the tiles of an axis begin: as few as overlap enough, with equal steps.

    Args:
      size: length of the axis.
      tile: length of a tile.
      overlap: the least overlap of neighbours, below `tile`.
    Returns:
      A list of whole numbers; the last tile ends with the axis, and steps differ by 1 at most.
    """
    if size <= tile:
        return [0]
    count = 1 + -(-(size - tile) // (tile - overlap))
    return [number * (size - tile) // (count - 1) for number in range(count)]


def ramp(length):
    """Weights of what comes in over an overlap, a raised cosine from 0 to 1, float32 [length]."""
    return np.float32(0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length))


def weights(size, tile, overlap, scale=1):
    """How much each tile counts at each position: along any axis position they add up to one.

    Args:
      size, tile, overlap: as for `starts`, with `tile` at most `size`.
      scale: factor by which all of them are enlarged.
    Returns:
      float32 `[tiles, size * scale]`.
    """
    result, end = np.zeros((0, size * scale), np.float32), 0
    for start in starts(size, tile, overlap):
        row = np.zeros(size * scale, np.float32)
        begin, before, end = start * scale, end, (start + tile) * scale
        row[begin:end] = 1
        row[begin:before] = ramp(before - begin)
        result[:, begin:before] *= 1 - row[begin:before]
        result = np.vstack([result, row])
    return result


def process_tiled(frames, process, tile, overlap, scale=1, batch=1):
    """Passes a window of frames through `process` tile by tile, and blends what comes back.

    Args:
      frames: list of `[H, W, C]`, of any size; smaller ones are mirrored to a tile and cut again.
      process: as for `vgan.media.windows.through`.
      tile, overlap: (height, width) in pixels.
      scale: times that results are larger than what was given, a whole number.
      batch: tiles given at a time; the last ones may be fewer.
    Returns:
      float32 `[T', H * scale, W * scale, C']` on the scale of what `process` gives.
    """
    size = frames[0].shape[:2]
    whole = [max(sides) for sides in zip(size, tile, strict=True)]
    grid = [starts(*axis) for axis in zip(whole, tile, overlap, strict=True)]
    rows, columns = (weights(*axis, scale) for axis in zip(whole, tile, overlap, strict=True))
    down, across = (mirrored(np.arange(w), s) for w, s in zip(whole, size, strict=True))
    height, width = tile
    blended = None
    for places in _in_batches(itertools.product(*map(enumerate, grid)), batch):
        blocks = [
            [frame[np.ix_(down[y : y + height], across[x : x + width])] for frame in frames]
            for (_, y), (_, x) in places
        ]
        made = process(np.array(blocks))
        expected = (len(blocks), height * scale, width * scale)
        if made.ndim != 5 or (made.shape[0], *made.shape[2:4]) != expected:
            raise ValueError(f"process gave {made.shape}, not [{expected}], frames second")
        if blended is None:
            shape = made.shape[1], whole[0] * scale, whole[1] * scale, made.shape[-1]
            blended = np.zeros(shape, np.float32)
        for block, ((i, y), (j, x)) in zip(made, places, strict=True):
            y, x = (slice(a * scale, (a + b) * scale) for a, b in ((y, height), (x, width)))
            blended[:, y, x] += rows[i, y, None, None] * columns[j, x, None] * block
    return blended[:, : size[0] * scale, : size[1] * scale]


def _in_batches(items, batch):
    items = iter(items)
    while places := list(itertools.islice(items, batch)):
        yield places
