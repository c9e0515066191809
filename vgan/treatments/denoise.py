"""Noise taken out, in space and time."""

import functools
import itertools

import cv2
import numpy as np

from vgan.core.arguments import check_number, check_whole
from vgan.core.errors import UsageError
from vgan.media.tiles import mirrored


def treatment(strength=3, frames=5):
    """Averages each pixel with those of like surroundings in its frame and the frames around it.

    Frames beyond the ends of the video are its own, mirrored.

    Args:
      strength: of noise that is taken out, about its deviation in grey levels, 0.1 to 100.
      frames: an odd number of frames that are looked at, 1 to 31.
    Raises:
      UsageError: an argument out of its range.

    Source: Buades, Coll and Morel, "Denoising image sequences does not require motion estimation",
    2005, as OpenCV has it.
    """
    check_number("denoise", least=0.1, most=100, strength=strength)
    check_whole("denoise", 1, 31, frames=frames)
    if frames % 2 == 0:
        raise UsageError(f"denoise(frames={frames}): must be odd")
    around = functools.partial(neighbourhoods, radius=frames // 2)
    return lambda video, fps: ((_denoised(near, strength) for near in around(video)), fps)


def neighbourhoods(frames, radius):
    """For each frame a list of it and `radius` more on either side, mirrored at the ends."""
    frames = iter(frames)
    held, first, centre = list(itertools.islice(frames, radius + 1)), 0, 0
    while centre < first + len(held):
        around = mirrored(np.arange(centre - radius, centre + radius + 1), first + len(held))
        yield [held[index - first] for index in around]
        held += itertools.islice(frames, 1)
        centre += 1
        past = max(centre - radius - first, 0)
        held, first = held[past:], first + past


def _denoised(near, strength):
    near = [np.ascontiguousarray(frame[..., ::-1]) for frame in near]  # OpenCV takes BGR for Lab.
    place = len(near) // 2, len(near)
    made = cv2.fastNlMeansDenoisingColoredMulti(near, *place, None, strength, strength)
    return np.ascontiguousarray(made[..., ::-1])
