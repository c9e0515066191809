"""Lists of what is to be prepared: CSV with a header, or a JSON object a line."""

import csv
import json
import math
import os

from vgan.core.errors import DataError

_COLUMNS = ("path", "label", "group", "start", "end", "split")


def read(path):
    """Reads a list.

    Args:
      path: a file that ends in .csv or .jsonl, with the columns path, and where they're needed
        label, group, start and end in seconds, split ("train" or "test").
    Returns:
      a list of (path; "@start-end", or "" for all of it; a dict of the other columns given).
    Raises:
      DataError: it can't be read or makes no sense.
    """
    found = []
    for number, row in enumerate(_rows(path), 1):
        where = f"list {path!r}: entry {number}"
        if not isinstance(row, dict):
            raise DataError(f"{where}: not an object of the columns {', '.join(_COLUMNS)}")
        listed = {name: value for name, value in row.items() if value not in ("", None)}
        unknown = sorted(set(listed) - set(_COLUMNS))
        if unknown or "path" not in listed:
            what = f"unknown column {unknown[0]!r}" if unknown else "no path"
            raise DataError(f"{where}: {what}. Columns are {', '.join(_COLUMNS)}")
        found.append(_entry(listed, where))
    if not found:
        raise DataError(f"list {path!r}: it has no entries")
    return found


def _entry(listed, where):
    path = listed.pop("path")
    try:
        if not isinstance(path, str):
            raise ValueError("the path is no text")
        for name, value in listed.items():
            if type(value) not in (str, int, float):
                raise ValueError(f"{name} {value!r} is neither text nor a number")
            listed[name] = float(value) if name in ("start", "end") else str(value)
        start, end = listed.get("start", 0.0), listed.get("end", math.inf)
        if not 0 <= start < end:
            raise ValueError(f"start {start:g} and end {end:g} are no stretch")
        if listed.get("split") not in (None, "train", "test"):
            raise ValueError(f"split {listed['split']!r} is neither train nor test")
    except ValueError as error:
        raise DataError(f"{where}, {path!r}: {error}. Correct the list") from None
    stretch = f"@{start:.12g}-{end:.12g}" if {"start", "end"} & set(listed) else ""
    return os.path.normpath(path), stretch, listed


def _rows(path):
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            if path.lower().endswith(".jsonl"):
                return [json.loads(line) for line in file if line.strip()]
            return list(csv.DictReader(file, restkey="(one too many)"))
    except (UnicodeDecodeError, csv.Error, json.JSONDecodeError) as error:
        raise DataError(f"list {path!r}: can't be read ({error}). Give UTF-8 text") from None
