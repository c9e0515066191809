"""Treatments in a row, named by a text such as `denoise(strength=3) + sharpen(amount=0.5)`."""

from fractions import Fraction

from vgan.core import spec
from vgan.core.errors import naming
from vgan.treatments.kind import Treatment


def build(text):
    """Reads a chain of treatments; an empty text is an empty chain.

    Args:
      text: `name(argument=value) + name(...)`, names of the files beside this one, or dotted
        import paths; they are applied from left to right.
    Returns:
      A list of treatments, for `apply`.
    Raises:
      UsageError: an unknown name or argument, a value out of range, or a weight.
      DataError: a file that a treatment needs can't be read.
    """
    parts = spec.parse_unweighted(text, "--after")
    with naming("after", text):
        return [spec.build(part, "vgan.treatments.{}.treatment") for part in parts]


def apply(treatments, frames, fps):
    """Passes frames through treatments, one after the other, reading as they are asked for.

    Args:
      treatments: what `build` gave.
      frames: iterable of uint8 `[H, W, 3]`, RGB.
      fps: frames per second, a `Fraction`.
    Returns:
      An iterable of frames, uint8 `[H', W', 3]`, and their frames per second, a `Fraction`.
    """
    fps = Fraction(fps).limit_denominator(1001)  # 29.97 as it is meant.
    for treat in treatments:
        frames, fps = treat(frames, fps)
    return frames, fps


def pixel_aspect(treatments, given):
    """Width of a pixel over its height after treatments of frames where it was `given`."""
    kinds = (treat for treat in treatments if isinstance(treat, Treatment))
    square = any(kind.makes_pixels_square for kind in kinds)
    return Fraction(1) if square else given
