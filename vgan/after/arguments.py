"""Checks of the arguments of treatments."""

from vgan.errors import UsageError


def check_number(name, value, least, most):
    """Raises UsageError unless `value` is a number from `least` to `most`; `name` tells whose."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not least <= value <= most:
        raise UsageError(f"{name}={value!r}: not a number from {least:g} to {most:g}. Change it")


def check_whole(name, value, least, most):
    """Raises UsageError unless `value` is a whole number from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise UsageError(f"{name}={value!r}: not a whole number from {least} to {most}. Change it")
