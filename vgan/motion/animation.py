"""Rule-based animation of a still picture."""

import cv2
import numpy as np

from vgan.core import spec
from vgan.core.errors import UsageError


def parse(text):
    """The moves of a sum such as `zoom(factor=1.2) + pan(dx=8)`, in the order they are written.

    Args:
      text: specs of vgan.motion.moves.
    Raises:
      UsageError: an unknown move, a weight, or none at all.
    """
    parts = spec.parse_sum(text)
    if not parts or any(part.weight != 1 for part in parts):
        raise UsageError(f"moves {text!r}: give one or more, without weights, as pan(dx=8)")
    return [spec.build(part, "vgan.motion.moves.{}") for part in parts]


def animate(picture, moves, frames):
    """Shows a picture under all of the moves, each applied to what the ones before it made.

    Args:
      picture: uint8 `[H, W, 3]`.
      moves: what `parse` gives, or other functions of time in [0, 1] to 2x3 matrices.
      frames: how many, 1 or more.
    Yields:
      uint8 `[H, W, 3]`, `frames` times, the border replicated.
    """
    height, width = picture.shape[:2]
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    for time in np.linspace(0, 1, frames):
        matrix = np.eye(2, 3)
        for move in moves:
            matrix = _then(matrix, move(time))
        matrix[:, 2] += centre - matrix[:, :2] @ centre
        how = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
        yield cv2.warpAffine(picture, matrix, (width, height), **how)


def _then(first, second):
    """The matrix that applies `first`, then `second`."""
    return second[:, :2] @ first + np.pad(second[:, 2:], ((0, 0), (2, 0)))
