"""Videos, and how they move."""

import typing

import numpy as np


class Moving(typing.NamedTuple):
    """Videos, and what their model knows of how they move.

    Attributes:
      videos: uint8 [N, T, H, W, C], RGB.
      flow: float32 [N, T-1, H, W, 2], (dx, dy) in pixels from frame t to t+1 of what a pixel shows.
      masks: float32 [N, T, H, W, K] in [0, 1], how much of each of K objects is seen, the nearest
        first.
    """

    videos: np.ndarray
    flow: np.ndarray
    masks: np.ndarray


def joined(chunks):
    """One Moving of several, or of tuples like it."""
    return Moving(*(np.concatenate(of) for of in zip(*chunks, strict=True)))
