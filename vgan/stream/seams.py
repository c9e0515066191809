"""Whether borders of windows and tiles can be seen in what was made of them."""

import numpy as np

from vgan.stream.tiles import starts
from vgan.stream.windows import window_starts


def borders(shape, clip, overlap, scale=1, rate=1):
    """Where a result of `windows.through` could step: where a block begins, ends or gives way.

    Args:
      shape: (frames, height, width) of what was given to `through`.
      clip, overlap, scale, rate: as given to it.
    Returns:
      Three sorted lists, of frames, rows and columns of the result: a border lies before each.
    """
    firsts = [window_starts(shape[0], clip[0], overlap[0])]
    firsts += [starts(*axis) for axis in zip(shape[1:], clip[1:], overlap[1:], strict=True)]
    found = []
    for first, length, factor in zip(firsts, clip, (rate, scale, scale), strict=True):
        begins = np.array(first[1:], int) * factor
        ends = (np.array(first[:-1], int) + length) * factor
        found.append(sorted({*begins, *ends, *((begins + ends) // 2)}))
    return found


def step_ratio(video, places, axis):
    """Mean step across some borders over the mean step elsewhere, 1 where they can't be seen.

    Args:
      video: `[T, H, W, C]`.
      places: positions on the axis, each meaning the step from the one before it.
      axis: 0 for time, 1 for rows, 2 for columns.
    Returns:
      A float: the mean absolute difference of neighbours there over that of all others.
    Raises:
      ValueError: there is no border, or nothing else.
    """
    other = [a for a in range(video.ndim) if a != axis]
    steps = np.abs(np.diff(np.asarray(video, np.float32), axis=axis)).mean(axis=tuple(other))
    across = np.zeros(len(steps), bool)
    across[np.array(places, int) - 1] = True
    if across.all() or not across.any():
        raise ValueError(f"{across.sum()} of {len(across)} steps are borders: nothing to compare")
    return float(steps[across].mean() / steps[~across].mean())
