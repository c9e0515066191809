"""A code of what moves at which time, for generators that draw clips frame by frame."""

import keras
import numpy as np
from keras import ops

LONGEST, SHORTEST = 32, 4
"""Frames of the slowest and of the fastest wave, whatever the length of the clip."""


def motion_code(latents, style, frames, width=64, first=0):
    """A code of what moves in each frame, [B, frames, width].

    Args:
      latents: [B, 2 n] of the waves.
      style: [B, D], the same for all frames, so that the same waves can move each class in its
        own way.
      first: number of the first frame.
    """
    kept = keras.layers.Reshape((1, width))(keras.layers.Dense(width)(style))
    return keras.layers.LeakyReLU(0.2)(
        keras.layers.Dense(width)(waves(latents, frames, first)) + kept
    )


def waves(latents, frames, first=0):
    """Waves over time whose strengths and phases are latents.

    Each is `a cos(w t) + b sin(w t)`, so that with normal a and b all phases are equally likely.
    Beside it stands the wave a quarter ahead of it, which shows which way it is going. They don't
    depend on the number of frames: a longer clip goes on where a shorter one ends.

    Args:
      latents: [B, 2 n], a and b of n waves.
      first: number of the first frame.
    Returns:
      [B, frames, 2 n].

    Source: motion codes of Skorokhodov et al., "StyleGAN-V", 2022, section 3.2, which draw
    their phases at points in time; here they are a Fourier series.
    """
    number = latents.shape[-1] // 2
    a, b = latents[:, None, :number], latents[:, None, number:]
    angles = np.outer(
        np.arange(first, first + frames), 2 * np.pi / np.geomspace(LONGEST, SHORTEST, number)
    )
    cos, sin = (ops.cast(part(angles)[None], latents.dtype) for part in (np.cos, np.sin))
    return ops.concatenate([a * cos + b * sin, b * cos - a * sin], axis=-1)
