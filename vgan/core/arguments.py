"""The one check of numbers that spec strings and callers hand to parts."""

import math

from vgan.core.errors import UsageError


def check_number(part, *, least=None, above=None, most=None, under=None, **arguments):
    """Raises UsageError unless each argument is a finite number within some bounds.

    Args:
      part: whose arguments they are, for the message: `denoise(strength=-1): must be ...`.
      least, above, most, under: bounds, of which each may be left out.
      **arguments: values by name.
    """
    for name, value in arguments.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number and math.isfinite(value) and _within(value, least, above, most, under)):
            bounds = _bounds(least, above, most, under)
            raise UsageError(f"{part}({name}={value!r}): must be a number{bounds}")


def check_whole(part, least, most=2**31 - 1, **arguments):
    """Raises UsageError unless each argument is a whole number from `least` to `most`."""
    for name, value in arguments.items():
        if type(value) is not int or not least <= value <= most:
            raise UsageError(
                f"{part}({name}={value!r}): must be a whole number{_range(least, most)}"
            )


def is_rate(fps):
    """Whether a number can be frames per second: from 0.01 to 1000."""
    return 0.01 <= float(fps) <= 1000  # As a Fraction, 1/100 is less.


def check_rate(fps):
    """Raises UsageError unless a number can be frames per second."""
    if not is_rate(fps):
        raise UsageError(f"fps {fps!r}: not a usable frame rate. Choose one from 0.01 to 1000")


def _within(value, least, above, most, under):
    return (
        (least is None or value >= least)
        and (above is None or value > above)
        and (most is None or value <= most)
        and (under is None or value < under)
    )


def _bounds(least, above, most, under):
    words = {"of at least": least, "above": above, "at most": most, "below": under}
    limits = [f"{word} {bound:g}" for word, bound in words.items() if bound is not None]
    return f" {' and '.join(limits)}" if limits else ""


def _range(least, most):
    return f" of at least {least}" if most == 2**31 - 1 else f" from {least} to {most}"
