"""The unit of work: a run of items that one process turns into shards, and what it says of them.

Which items are in a chunk depends on the items alone, never on how many workers there are, and a
chunk is there whole or not at all. So any number of workers, or a run that goes on after a kill,
writes the same bytes.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
from pathlib import Path

import cv2
import numpy as np

from data_prep.base import splits
from data_prep.base.settings import Settings
from data_prep.inputs import opening
from data_prep.inputs.items import Item, pictures
from data_prep.inputs.sources.source import BadFileError
from data_prep.writing.assessment import Assessment, Reading, readable
from data_prep.writing.shards import ShardWriter
from vgan.core.files import replace_text, replacing

PARTS = "parts"
"""The folder of what is said of each chunk, while a preparation goes on."""

_ITEMS = 128
_BYTES = (2**19, 2**24)  # Of input: enough chunks for all workers, and some seconds of work each.
_FEW_CHUNKS, _MOST_CHUNKS = 256, 4096


@dataclasses.dataclass(frozen=True)
class Chunk:
    """A run of items.

    Attributes:
      number: of the chunk, from 0.
      source: the folder that the items' paths are relative to.
      folder: where shards and parts go.
      items: a tuple of `Item`.
      settings: `Settings`.
      strip_frames: frames of a film strip; 0 for square ones.
    """

    number: int
    source: str
    folder: str
    items: tuple[Item, ...]
    settings: Settings
    strip_frames: int = 0

    def part(self, ending):
        """The path of what is said of it."""
        return os.path.join(self.folder, PARTS, f"{self.number:05d}{ending}")

    @property
    def is_done(self):
        """Whether it was written, by this run or one before."""
        return os.path.exists(self.part(".json"))


def divide(items):
    """Lists of items that make a chunk each, about equal in bytes of input."""
    total = sum(item.stamp[0] for item in items)
    least, most = _BYTES
    enough = max(least, min(total / _FEW_CHUNKS, most), total / _MOST_CHUNKS)
    found, size = [], 0
    for item in items:
        if not found or size >= enough or len(found[-1]) == _ITEMS:
            found.append([])
            size = 0
        found[-1].append(item)
        size += item.stamp[0]
    return found


def write(chunk, guard=contextlib.nullcontext, bad=()):
    """Writes the shards of a chunk, and its part, which is what makes it done.

    Args:
      chunk: `Chunk`.
      guard: of the number of an item, a context that it is read in.
      bad: a dict {number of an item: reason} of those that must not be opened.
    """
    cv2.setNumThreads(1)  # Each process has a processor to itself.
    writer = ShardWriter(chunk.folder, f"frames-{chunk.number:05d}")
    assessment = Assessment(chunk.settings)
    videos, skipped = [], []
    for number, item in enumerate(chunk.items):
        try:
            if number in bad:
                raise BadFileError(bad[number])
            with guard(number):
                found, dropped = _write_item(chunk, item, writer, assessment)
            videos += found
            skipped += dropped
        except BadFileError as error:
            skipped.append({"path": item.key, "reason": str(error), "kind": "bad"})
    writer.close()
    _save(chunk.part(".offsets.npy"), writer.offsets, np.int64)
    if assessment.description.names:
        _save(chunk.part(".features.npy"), assessment.features, np.float32)
    if assessment.drop.distance is not None:
        _save(chunk.part(".prints.npy"), assessment.fingerprints, np.uint64)
    said = {"shards": writer.shards, "videos": videos, "skipped": skipped}
    replace_text(chunk.part(".json"), json.dumps(said))


def _write_item(chunk, item, writer, assessment):
    """Rows of the clips of an item, and of what is left out; BadFileError if none is usable."""
    videos, skipped, usable, broken = [], [], False, "no video in it"
    least = chunk.settings.min_frames
    try:
        for clip in readable(opening.clips(chunk.source, item, chunk.settings, chunk.strip_frames)):
            first = len(writer.offsets)
            reading = Reading(clip, assessment)
            count = writer.add(reading)
            if count < least:
                only = f"only {count} frame{'s' * (count != 1)}, --min_frames={least}"
                broken = reading.broken or only
                reason = f"unusable: {broken}"
            else:
                usable, reason = True, reading.judge.reason()
            if reason:
                writer.take_back()
                skipped.append({"path": clip.key, "reason": reason, "kind": "dropped"})
                continue
            assessment.keep(reading)
            videos.append(_row(chunk, item, clip, first, count, reading.broken))
    except BadFileError as error:  # What came before is kept.
        broken = str(error)
        skipped.append({"path": item.key, "reason": broken, "kind": "bad"})
    if not usable:
        raise BadFileError(broken)
    digest = _digest(chunk.source, item)
    return [{**video, "sha256": digest} for video in videos], skipped


def _row(chunk, item, clip, first, count, broken):
    return {
        "key": clip.key,
        "path": item.path,
        "label": item.label,
        "group": splits.group_of(item, chunk.settings.group),
        "split": (item.listed or {}).get("split"),
        "fps": clip.fps,
        "frames": count,
        "first_record": first,
        "short": bool(broken),
        "broken": broken,
        "original": list(clip.size),
        "notes": clip.source.notes,
    }


def _digest(source, item):
    """The start of the SHA-256 of a file's bytes, or None for a stretch, or where it is gone."""
    if item.listed and {"start", "end"} & set(item.listed):
        return None
    path = os.path.join(source, item.path)
    whole = hashlib.sha256()
    try:
        for name in pictures(path) if item.kind == "frames" else [path]:
            with open(name, "rb") as file:
                while block := file.read(2**20):
                    whole.update(block)
    except OSError:  # It was removed meanwhile.
        return None
    return whole.hexdigest()[:16]


def _save(path, values, dtype):
    with replacing(Path(path)) as temporary, temporary.open("wb") as file:
        np.save(file, np.array(values, dtype))
