"""Whether borders of windows and tiles can be seen in what was made of them."""

import numpy as np

from vgan.media.tiles import starts
from vgan.media.windows import window_starts


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


def steps(frames):
    """Mean absolute differences of neighbours along each axis of a video.

    Args:
      frames: iterable of `[H, W, C]`, read once, two held at a time.
    Returns:
      Three float arrays: [T - 1] of frames, [H - 1] of rows, [W - 1] of columns.
    """
    in_time, down, across, count, before = [], 0, 0, 0, None
    for frame in frames:
        count += 1
        frame = np.asarray(frame, np.float32)
        down = down + np.abs(np.diff(frame, axis=0)).mean((1, 2), dtype=np.float64)
        across = across + np.abs(np.diff(frame, axis=1)).mean((0, 2), dtype=np.float64)
        if before is not None:
            in_time.append(np.abs(frame - before).mean(dtype=np.float64))
        before = frame
    return np.array(in_time), down / count, across / count


def step_ratio(steps, places):
    """Mean step across some borders over the mean step elsewhere, 1 where they can't be seen.

    Args:
      steps: of one axis, as `steps` gives them.
      places: positions on the axis, each meaning the step from the one before it.
    Returns:
      A float.
    Raises:
      ValueError: there is no border, or nothing else.
    """
    across = np.zeros(len(steps), bool)
    across[np.array(places, int) - 1] = True
    if across.all() or not across.any():
        raise ValueError(f"{across.sum()} of {len(across)} steps are borders: nothing to compare")
    return float(steps[across].mean() / steps[~across].mean())
