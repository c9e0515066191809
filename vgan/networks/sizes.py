"""How networks halve and double sizes, and which sizes they can have."""

import dataclasses
import math

from vgan.core.errors import UsageError


def strides(clip):
    """One stride (time, height, width) a stage, halving a clip to about 4 x 4 pixels, 4 frames."""
    space = max(1, halvings(min(clip.height, clip.width), 4))
    time = min(space, halvings(clip.frames, 4))
    return [(2 if stage < time else 1, 2, 2) for stage in range(space)]


def factors(clip, strides=strides):
    """What frames, height and width must be multiples of for the strides that a clip gets."""
    return [math.prod(axis) for axis in zip((1, 1, 1), *strides(clip), strict=True)]


def sizes(clip):
    """The (time, height, width) at the start of each of the generator's stages, smallest first."""
    size, found = clip.shape[:3], []
    for stride in strides(clip):
        size = tuple(full // factor for full, factor in zip(size, stride, strict=True))
        found.insert(0, size)
    return found


def kernel(stride):
    """The kernel size of each axis: 4 where it is halved, 3 where it isn't."""
    return tuple(4 if s == 2 else 3 for s in stride)


def halvings(size, least):
    """How often `size` can be halved before it falls below `least`."""
    return max(0, (size // least).bit_length() - 1)


def check_strides(clip, factors, network):
    """Raises UsageError, naming flags and nearest good values, unless the strides divide a clip.

    Args:
      clip: ClipSpec.
      factors: ClipSpec -> what its frames, height and width must be multiples of.
      network: its flag and name, for the error.
    """
    misfits = _misfits(clip, factors)
    problems = [
        f"--{axis}={vars(clip)[axis]} isn't a multiple of {factor} "
        f"(nearest: {_nearest(clip, axis, factors, misfits)})"
        for axis, factor in misfits.items()
    ]
    if problems:
        raise UsageError(f"{network} can't make clips of {clip}: " + "; ".join(problems))


def _misfits(clip, factors):
    axes = zip(("frames", "height", "width"), factors(clip), strict=True)
    return {axis: factor for axis, factor in axes if vars(clip)[axis] % factor}


def _nearest(clip, axis, factors, misfits):
    """The next good sizes of an axis. The factors may change with the size, so they are tried."""

    def fits(size):
        left = _misfits(dataclasses.replace(clip, **{axis: size}), factors)
        return axis not in left and left.keys() <= misfits.keys()

    size = vars(clip)[axis]
    below = next(filter(fits, range(size - 1, 0, -1)), None)
    above = next(filter(fits, range(size + 1, 2 * size + 64)), None)
    return " or ".join(str(good) for good in (below, above) if good)
