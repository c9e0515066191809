"""The invisible mark: a faint pattern, the same in all frames, by which a made video is known.

Waves of middle frequency whose phases a key chooses make a tile, and the tile covers the frame from
its upper left corner. To nobody who hasn't the key it is more than faint noise; the key is public
as this file is, so whoever means to can remove the mark, or put it on a video of his own.

Source: Cox et al., "Secure Spread Spectrum Watermarking for Multimedia", 1997, for many weak waves
in the frequencies that compression keeps; Kutter, "Watermarking resistant to translation, rotation
and scaling", 1998, for tiles that repeat.
"""

import functools
import hashlib

import numpy as np

SIDE = 128
"""Of a tile, pixels."""

BAND = 0.05, 0.2
"""Of the waves, cycles a pixel: above what pictures are full of, and below what H.264 takes away,
in a frame of half the size too."""

DECIBELS = 45
"""PSNR of a marked frame beside the same one without."""

_KEY = b"vgan mark 1"


@functools.cache
def waves():
    """The tile's waves, as numpy.fft.rfft2 has them: complex [SIDE, SIDE / 2 + 1], of length 1
    within the band and 0 outside.
    """
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE))
    # A wave of the first column is its own twin there, and would count twice.
    within = (BAND[0] <= frequency) & (frequency < BAND[1]) & (np.arange(SIDE // 2 + 1) > 0)
    # Not by NumPy's generators: the same in all versions for ever.
    drawn = hashlib.shake_256(_KEY).digest(4 * within.size)
    phases = np.frombuffer(drawn, "<u4").reshape(within.shape) * (2 * np.pi / 2**32)
    return np.where(within, np.exp(1j * phases), 0)


@functools.cache
def tile():
    """The pattern that is added, grey levels, float32 [SIDE, SIDE]."""
    pixels = np.fft.irfft2(waves(), (SIDE, SIDE))
    error = 255**2 / 10 ** (DECIBELS / 10)
    rounding = 1 / 12
    return np.float32(pixels * np.sqrt(error - rounding) / pixels.std())


def marked(frames):
    """Yields frames uint8 [H, W, 3] with the mark, of any size."""
    for frame in frames:
        rows, columns = (np.arange(side) % SIDE for side in frame.shape[:2])
        pixels = frame + tile()[rows][:, columns, None]
        yield np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
