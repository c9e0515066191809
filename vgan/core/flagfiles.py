"""Flagfiles as absl reads them, and besides where another folder or editor has left them."""

import codecs
import os
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
    return [argument for argument, _ in with_origins(arguments)]


def with_origins(arguments):
    """As `expanded`, pairs of an argument and the flagfiles it came through: () if it was typed."""
    found, rest = [], iter(arguments)
    for argument in rest:
        if argument == "--":
            return [*found, (argument, ()), *((other, ()) for other in rest)]
        path = _named(argument)
        if path is None:
            found.append((argument, ()))
            continue
        if path == "" and "=" not in argument:
            path = next(rest, "")
        if not path:
            raise UsageError("--flagfile with no argument. Name a file")
        found += _lines(Path(path), ())
    return found


def _named(argument):
    """The path that an argument gives, "" where it gives none, None for another flag."""
    name, _, path = argument.partition("=")
    return path.strip() if name in ("--flagfile", "-flagfile") else None


def _lines(path, within):
    found, text = [], _text(path)
    if any(path.expanduser().samefile(other.expanduser()) for other in within):
        raise UsageError(f"--flagfile={path}: names itself. Drop that line")
    for line in map(str.strip, text.split("\n")):
        other = _named(line)
        if other == "":
            raise UsageError(f"--flagfile={path}: a --flagfile in it names no file. Drop that line")
        if other is not None:
            beside = path.expanduser().parent / other
            found += _lines(beside if os.path.exists(beside) else Path(other), (*within, path))
        elif line and not line.startswith(("#", "//")):
            found.append((line, (*within, path)))
    return found


def _text(path):
    try:
        data = path.expanduser().read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # Of a name with a NUL, of no such user.
        raise UsageError(f"Unable to open flagfile: {error}. Check the path") from None
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    try:
        return data[len(mark) :].decode(_MARKS.get(mark, "utf-8"))
    except UnicodeError as error:
        raise UsageError(
            f"--flagfile={path}: not text in UTF-8 ({error}). Save it in that encoding"
        ) from None
