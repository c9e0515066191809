"""Flagfiles as absl reads them, and besides where another folder or editor has left them."""

import codecs
from pathlib import Path

from vgan.core.errors import UsageError

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def expanded(arguments):
    """Arguments of a command with the lines of each flagfile in the place of its --flagfile.

    A flagfile that another names is looked for beside that one, then in the current folder.

    Raises:
      UsageError: one can't be opened, is neither UTF-8 nor UTF-16 with its mark, or names itself.
    """
    found, rest = [], iter(arguments)
    for argument in rest:
        if argument == "--":
            return [*found, argument, *rest]
        path = _named(argument)
        if path == "":
            path = next(rest, None)
            if path is None:
                raise UsageError("--flagfile with no argument. Name a file")
        found += [argument] if path is None else _lines(Path(path).expanduser(), ())
    return found


def _named(argument):
    """The path that an argument gives, "" where it is the next one, None for another flag."""
    name, equals, path = argument.partition("=")
    return path.strip() if name in ("--flagfile", "-flagfile") else None


def _lines(path, within):
    if path in within:
        raise UsageError(f"--flagfile={path}: names itself. Drop that line")
    found = []
    for line in map(str.strip, _text(path).split("\n")):
        other = _named(line)
        if other:
            beside = path.parent / Path(other).expanduser()
            found += _lines(beside if beside.exists() else Path(other), (*within, path))
        elif line and not line.startswith(("#", "//")):
            found.append(line)
    return found


def _text(path):
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"Unable to open flagfile: {error}. Check the path") from None
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    try:
        return data[len(mark) :].decode(_MARKS.get(mark, "utf-8"))
    except UnicodeError as error:
        raise UsageError(
            f"--flagfile={path}: not text in UTF-8 ({error}). Save it in that encoding"
        ) from None
