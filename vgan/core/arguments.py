"""The one check of numbers that spec strings and callers hand to parts."""

import math
import operator

from vgan.core.errors import UsageError

_BOUNDS = {
    "of at least": operator.ge,
    "above": operator.gt,
    "at most": operator.le,
    "below": operator.lt,
}
_LARGEST = 2**31 - 1


def check_number(part, *, least=None, above=None, most=None, under=None, **arguments):
    """Raises UsageError unless each argument is a finite number within some bounds.

    Args:
      part: whose arguments they are, for the message: `denoise(strength=-1): must be ...`.
      least, above, most, under: bounds, of which each may be left out.
      **arguments: values by name.
    """
    given = zip(_BOUNDS.items(), (least, above, most, under), strict=True)
    bounds = [(word, holds, bound) for (word, holds), bound in given if bound is not None]
    for name, value in arguments.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        within = number and all(holds(value, bound) for _, holds, bound in bounds)
        if not within or not math.isfinite(value):
            kind = "finite number" if number and not math.isfinite(value) else "number"
            limits = " and".join(f" {word} {bound:g}" for word, _, bound in bounds)
            raise UsageError(f"{part}({name}={value!r}): must be a {kind}{limits}")


def check_whole(part, least, most=_LARGEST, **arguments):
    """Raises UsageError unless each argument is a whole number from `least` to `most`."""
    for name, value in arguments.items():
        if type(value) is not int or not least <= value <= most:
            small = type(value) is not int or value < least
            lower = small and most == _LARGEST
            limits = f"of at least {least}" if lower else f"from {least} to {most}"
            raise UsageError(f"{part}({name}={value!r}): must be a whole number {limits}")


def is_rate(fps):
    """Whether a number can be frames per second: from 0.01 to 1000."""
    return 0.01 <= float(fps) <= 1000  # As a Fraction, 1/100 is less.


def check_rate(fps):
    """Raises UsageError unless a number can be frames per second."""
    if not is_rate(fps):
        raise UsageError(f"fps {fps!r}: not a usable frame rate. Choose one from 0.01 to 1000")
