"""What there is to prepare below a folder, or in a list: files, found by what they contain."""

import dataclasses
import itertools
import os
import re

from data_prep.inputs import listing
from data_prep.inputs.sources.kinds import VIDEO_SUFFIXES, kind_of
from vgan.core import spec
from vgan.core.errors import DataError, UsageError

KINDS = {
    "auto": ("video", "frames", "npy", "npz", "hdf5"),
    "video": ("video",),
    "frames": ("frames",),
    "strip": ("strip",),
    "array": ("npy", "npz", "hdf5"),
}
"""What each --kind takes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One file, folder of frames, or stretch of a video that is prepared.

    Attributes:
      key: relative path with `/`, and `@start-end` for a stretch; unique.
      path: relative path.
      kind: "video", "frames", "strip", "npy", "npz" or "hdf5"; "" for what only claims to be one.
      stamp: (bytes, time of the last change), by which a changed file is known.
      listed: what a list says of it: label, group, start, end, split, those that are given.
    """

    key: str
    path: str
    kind: str
    stamp: tuple[int, int]
    listed: dict | None = None

    @property
    def label(self):
        """The listed label, else the first folder of its path below the input, or None."""
        if self.listed and "label" in self.listed:
            return self.listed["label"]
        first, *others = self.path.split("/")
        return first if others and first not in ("", "..") else None


def parse_kind(text):
    """The name of --kind and its number of frames a strip, 0 where it isn't given."""
    found = spec.parse(text)
    frames = found.arguments.get("frames", 0)
    known = found.name in KINDS and (not found.arguments or found.name == "strip")
    if not known or set(found.arguments) - {"frames"} or type(frames) is not int or frames < 0:
        raise UsageError(f"--kind={text}: choose of {', '.join(KINDS)}, strip(frames=N)")
    return found.name, frames


def find(source, kind="auto"):
    """Finds what can be prepared.

    Hidden files and folders are passed over; a folder that symbolic links reach several times is
    visited once.

    Args:
      source: a folder, a file, or a list that ends in .csv or .jsonl.
      kind: of `KINDS`.
    Returns:
      the folder that paths are relative to; a list of `Item`, sorted by key; and a list of
      {path, reason} for files that don't even claim to be a video.
    Raises:
      DataError: there is none.
    """
    if os.path.isfile(source):
        folder, name = os.path.split(source)
        if source.lower().endswith((".csv", ".jsonl")):
            return _of_kind(source, folder, _listed(source, folder, kind), kind)
        return _of_kind(source, folder, [_item(folder, name, kind)], kind)
    if not os.path.isdir(source):
        raise DataError(f"input {source!r}: neither a folder nor a file. Check --input")
    items, others = [], []
    visited = {os.path.realpath(source)}
    for parent, folders, files in os.walk(source, onerror=_raise, followlinks=True):
        folders[:] = [name for name in sorted(folders) if _is_new(parent, name, visited)]
        below = os.path.relpath(parent, source).replace(os.sep, "/")
        prefix = "" if below == "." else f"{below}/"
        names = [prefix + name for name in sorted(files) if not name.startswith(".")]
        _sort_out(source, names, kind, items, others)
    if not items:
        raise DataError(
            f"input folder {source!r}: no videos in it or below. Looked by content for "
            f"{', '.join(KINDS[kind])}"
        )
    items.sort(key=lambda item: item.key)
    return source, items, sorted(others, key=lambda row: row["path"])


def natural(name):
    """A key that sorts frame2 before frame10, and those of one number by their letters."""
    parts = re.split(r"(\d+)", name)  # Every second one is a number.
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], name


def pictures(folder):
    """The pictures right below a folder, whole paths in natural order."""
    names = (name for name in os.listdir(folder) if not name.startswith("."))
    paths = [os.path.join(folder, name) for name in sorted(names, key=natural)]
    return [path for path in paths if _kind(path) == "picture"]


def _sort_out(source, paths, kind, items, others):
    """Makes items of the files of one folder, or says why not."""
    kinds = {path: _kind(os.path.join(source, path)) for path in paths}
    found = [path for path, of in kinds.items() if of == "picture"]
    wanted = KINDS[kind]
    if "frames" in wanted and len(found) > 1 and not any(of in wanted for of in kinds.values()):
        folder = os.path.dirname(found[0]) or "."
        items.append(Item(folder, folder, "frames", _stamp_of_frames(source, folder, found)))
        kinds = {path: of for path, of in kinds.items() if of != "picture"}
    for path, of in kinds.items():
        of = "strip" if of == "picture" and "strip" in wanted else of
        if of in wanted or ("video" in wanted and path.lower().endswith(VIDEO_SUFFIXES)):
            items.append(Item(path, path, of, _stamp(source, path)))
        else:
            others.append({"path": path, "reason": _unwanted(of, kind)})


def _unwanted(of, kind):
    what = f"of the kind {of!r}" if of else "nothing that is known by its content"
    return f"{what}, not asked for by --kind={kind}"


def _kind(path):
    try:
        return kind_of(path)
    except OSError:
        return ""


def _stamp(source, path):
    try:
        status = os.stat(os.path.join(source, path))
    except OSError:  # A link to nowhere.
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


def _stamp_of_frames(source, folder, paths):
    stamps = [_stamp(source, path) for path in paths]
    _, renamed = _stamp(source, folder)
    return (sum(size for size, _ in stamps), max([renamed, *(changed for _, changed in stamps)]))


def _listed(path, folder, kind):
    found = []
    for name, stretch, listed in listing.read(path):
        found.append(_item(folder, name, kind, stretch, listed))
    found.sort(key=lambda item: item.key)
    for one, other in itertools.pairwise(found):
        if one.key == other.key:
            raise DataError(f"list {path!r}: {one.key!r} stands in it twice. Remove one")
    return found


def _item(folder, path, kind, stretch="", listed=None):
    whole = os.path.join(folder, path)
    if os.path.isdir(whole):
        stamp = _stamp_of_frames("", whole, pictures(whole))
        return Item(path + stretch, path, "frames", stamp, listed)
    of = _kind(whole)
    of = "strip" if of == "picture" and kind == "strip" else of
    return Item(path + stretch, path, of, _stamp(folder, path), listed)


def _of_kind(source, folder, named, kind):
    """What `find` returns of items that were named: others are those of another kind."""
    wanted = [*KINDS[kind], "picture", ""]  # The last two are listed as bad.
    found = [item for item in named if item.kind in wanted]
    others = [
        {"path": item.key, "reason": _unwanted(item.kind, kind)}
        for item in named
        if item.kind not in wanted
    ]
    if not found:
        raise DataError(f"input {source!r}: {others[0]['path']!r}: {others[0]['reason']}")
    return folder or ".", found, others


def _is_new(parent, name, visited):
    real = os.path.realpath(os.path.join(parent, name))
    if name.startswith(".") or real in visited:
        return False
    visited.add(real)
    return True


def _raise(error):
    raise error
