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


def whole(value):
    """Whether it is a whole number, 0 or more."""
    return type(value) is int and value >= 0


def read_json(path, fields, what, error, remedy):
    """The dict of a JSON file; arguments and errors as of `parse_json`, and FileNotFoundError."""
    return parse_json(Path(path).read_bytes(), path, fields, what, error, remedy)


def parse_json(text, path, fields, what, error, remedy):
    """The dict of what a JSON file holds.

    Args:
      text: the bytes of the file.
      path: its name, for the message.
      fields: {name: a type, or a function that tells whether a value is right, or such a dict} of
        what it has to have; it may have more.
      what: kind of the file, for the message.
      error: class of the error.
      remedy: what to do, for the message.
    Raises:
      error: it can't be read, or lacks a field; names both.
    """
    try:
        found = json.loads(text.decode())
        check(found, fields, "it")
    except (ValueError, RecursionError) as wrong:
        raise error(f"{what} {str(path)!r}: damaged ({wrong}). {remedy}") from None
    return found


def check(found, fields, name):
    """Raises ValueError where a dict lacks a field or has a wrong one; `fields` as above."""
    if not isinstance(found, dict):
        raise ValueError(f"{name} is no object")
    for field, wanted in fields.items():
        what = f"field {field!r}" if name == "it" else f"field {field!r} of {name}"
        if field not in found:
            raise ValueError(f"{what} is missing")
        value = found[field]
        if isinstance(wanted, dict):
            check(value, wanted, what)
        elif not (isinstance(value, wanted) if isinstance(wanted, type) else wanted(value)):
            raise ValueError(f"{what} can't be {json.dumps(value)[:60]}")
