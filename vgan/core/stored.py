"""Reading back the JSON files that vgan wrote: whatever is wrong with one is told in a line."""

import json
import math
from pathlib import Path


def number(value):
    """Whether it is a finite number."""
    return type(value) in (int, float) and math.isfinite(value)


def positive(value):
    """Whether it is a finite number above 0."""
    return number(value) and value > 0


def texts(value):
    """Whether it is a list of texts."""
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def read_json(path, fields, what, error, remedy):
    """The dict of a JSON file.

    Args:
      path: the file.
      fields: {name: a type, or a function that tells whether a value is right, or such a dict} of
        what it has to have; it may have more.
      what: kind of the file, for the message.
      error: class of the error.
      remedy: what to do, for the message.
    Raises:
      FileNotFoundError: there is none.
      error: it can't be read, or lacks a field; names both.
    """
    try:
        found = json.loads(Path(path).read_text())
        _check(found, fields, "it")
    except (ValueError, RecursionError) as wrong:
        raise error(f"{what} {str(path)!r}: damaged ({wrong}). {remedy}") from None
    return found


def _check(found, fields, name):
    if not isinstance(found, dict):
        raise ValueError(f"{name} is no object")
    for field, wanted in fields.items():
        if field not in found:
            raise ValueError(f"field {field!r} is missing")
        value = found[field]
        if isinstance(wanted, dict):
            _check(value, wanted, f"field {field!r}")
        elif not (isinstance(value, wanted) if isinstance(wanted, type) else wanted(value)):
            raise ValueError(f"field {field!r} can't be {json.dumps(value)[:60]}")
