"""Settings: fields of a dataclass that become flags, and how their values are checked."""

import dataclasses
import math

from vgan.core.errors import UsageError


def setting(default, text, fixed=False, least=0, below=math.inf, family=False):
    """A field of a configuration.

    Args:
      default: its value unless one is given, of the field's type.
      text: what the help says of it.
      fixed: a run can't go on with another value.
      least, below: bounds of a number.
      family: it is for some families of models alone; the others refuse it.
    """
    marks = {"help": text, "fixed": fixed, "least": least, "below": below, "family": family}
    return dataclasses.field(default=default, metadata=marks)


def check(field, value):
    """Raises UsageError unless a value can be that of a field made by `setting`."""
    flag, least, below = f"--{field.name}={value}", field.metadata["least"], field.metadata["below"]
    fitting = (float, int) if field.type is float else field.type
    if not isinstance(value, fitting) or isinstance(value, bool) != (field.type is bool):
        raise UsageError(f"{flag}: must be of the type {field.type.__name__}")
    if isinstance(value, str):
        # A flagfile, and so a resumed run, would read anything else differently.
        if value != value.strip() or len(value.splitlines()) > 1:
            raise UsageError(f"{flag!r}: must be one line without spaces around it")
    elif not (math.isfinite(value) and least <= value < below):
        limit = f" and below {below}" if below < math.inf else ""
        raise UsageError(f"{flag}: must be a finite number of at least {least}{limit}")


def check_choice(flag, value, known):
    """Raises UsageError unless a value is one of those known."""
    if value not in known:
        raise UsageError(f"--{flag}={value}: unknown. Choose one of {', '.join(known)}")
