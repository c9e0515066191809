"""A preparation from first to last: find, write chunk by chunk, index, show, and give the name."""

import dataclasses
import hashlib
import itertools
import json
import os
import shutil

import numpy as np

from data_prep.base import folders, splits
from data_prep.base.progress import Progress, warn
from data_prep.features.description import Description
from data_prep.inputs import items
from data_prep.judging import filters
from data_prep.writing import card, chunks, disk, index, pool
from vgan.core import spec
from vgan.core.errors import DataError, StorageError
from vgan.core.escaping import plain

_VERSION = 6
"""Count it up with every change of what is written: unfinished work of before is begun anew."""

_NAMED = 4  # Labels that are named at the end.


def prepare(
    source, output, settings, kind="auto", test_fraction=0.15, max_bad_fraction=0.1,
    strict=False, overwrite=False, workers=1, write=pool.write,
):  # fmt: skip
    """Prepares all that is found in a folder, file or list, and reports it on stdout.

    Args:
      source: the input.
      output: the folder to write.
      settings: `Settings`.
      kind, test_fraction, max_bad_fraction, strict, overwrite: as the flags of `prepare_clips`.
      workers: number of processes.
      write: writes chunks, as `pool.write`.
    Returns:
      a `Summary`.
    Raises:
      DataError: no videos; none usable; strict and one is bad; or, with all else written, too
        many are bad.
      StorageError: the output exists and may not be replaced, another run is writing it, or the
        disk is full.
      UsageError: `kind` or `group` can't be used.
    """
    kind, strip_frames = items.parse_kind(kind)
    folder, found, others = items.find(source, kind)
    _check_apart(source, output)
    splits.check_pattern(settings.group, found)
    _check_specs(settings)
    chosen = _fingerprint(found, settings, strip_frames)
    with folders.growing(output, chosen, overwrite, index.MANIFEST) as fresh:
        os.makedirs(os.path.join(fresh, chunks.PARTS), exist_ok=True)
        work = [
            chunks.Chunk(number, folder, fresh, tuple(some), settings, strip_frames)
            for number, some in enumerate(chunks.divide(found))
        ]
        _write_chunks(work, workers, write)
        number = len(found)
        work = [dataclasses.replace(chunk, items=()) for chunk in work]
        del found  # The items of many files would take memory beside the index.
        whole = index.Index(work, test_fraction)
        _check_usable(whole, source, number, strict)
        summary = whole.write(others)
        card.write(fresh, summary, settings)
        _sweep(fresh, whole.shards)
    _report(output, summary)
    bad = summary.left_out["bad"]
    if bad > max_bad_fraction * number:
        raise DataError(
            f"output {output!r}: written, but {bad} of {number} files were skipped, "
            f"above --max_bad_fraction={max_bad_fraction:g}. Read its skipped.jsonl"
        )
    return summary


def _check_apart(source, output):
    within, real = os.path.realpath(source), os.path.realpath(output)
    common = os.path.commonpath([within, real])
    if common == real:
        raise StorageError(f"output {output!r}: holds the input. Choose another --output")
    if common == within:  # The next run would find videos in it.
        raise StorageError(f"output {output!r}: lies in the input. Choose another --output")


def _check_specs(settings):
    """Raises UsageError where a spec of the settings can't be used."""
    if settings.shots:
        spec.build(spec.parse(settings.shots), "data_prep.inputs.shots.{}")
    filters.Drop(settings.drop)
    description = Description(settings.features)
    if description.names:
        description.describe(np.zeros([2, *settings.size, 3], np.uint8))


def _fingerprint(found, settings, strip_frames):
    """16 hexadecimal digits of all that the bytes of the chunks depend on."""
    digest = hashlib.sha256()
    rows = ((item.key, item.kind, item.stamp, item.listed) for item in found)
    for row in itertools.chain([(_VERSION, dataclasses.asdict(settings), strip_frames)], rows):
        digest.update(json.dumps(row).encode())
    return digest.hexdigest()[:16]


def _write_chunks(work, workers, write):
    todo = [chunk for chunk in work if not chunk.is_done]
    total = sum(len(chunk.items) for chunk in work)
    before = total - sum(len(chunk.items) for chunk in todo)
    if before:
        print(f"going on: {before} of {total} files were done before", flush=True)
    space = disk.Space(work[0].folder)
    with Progress(total, "file") as bar:

        def progress(done):
            bar(before + done)
            space.check(done / (total - before))

        if todo:
            write(todo, workers, progress)


def _check_usable(whole, source, number, strict):
    bad, short = whole.first_bad, whole.first_short
    if not whole.videos:
        first = bad or whole.first_dropped
        raise DataError(
            f"input {source!r}: none of its {number} videos is usable. "
            f"The first, {first['path']!r}: {first['reason']}"
        )
    if strict and (bad or short):
        path, why = (bad["path"], bad["reason"]) if bad else (short["key"], short["broken"])
        raise DataError(
            f"input {source!r}: {path!r}: {why}, which --strict forbids. Mend or remove the file"
        )


def _sweep(folder, shards):
    """Removes what only served the work, and what a killed run has left."""
    shutil.rmtree(os.path.join(folder, chunks.PARTS))
    known = {shard["name"] for shard in shards} | set(index.FILES) | set(card.FILES)
    for name in os.listdir(folder):
        if name not in known:
            os.remove(os.path.join(folder, name))


def _report(output, summary):
    if len(summary.labels) > 1 and None in summary.labels:
        first = min(summary.labels - {None: 0}.keys())
        warn(f"{summary.labels[None]} videos have no label; they're read as {first!r}")
    if lacking := sorted(summary.labels.keys() - summary.trained - {None}):
        warn(
            f"label {', '.join(map(repr, lacking[:_NAMED]))}: all its videos are test, and none "
            "are there to learn from. Add videos, or list some as train"
        )
    if len(summary.splits) < 2:
        warn(
            "all videos are train: they are of one group or one a label, or --test_fraction is 0. "
            "See --group"
        )
    if summary.unusual:
        row = summary.first_unusual
        warn(
            f"{summary.unusual} clips are of unusual files, as {row['path']!r}: {row['notes'][0]}. "
            "See the notes in videos.jsonl"
        )
    if summary.crossing:
        warn(
            f"{summary.crossing} videos of the one split have the same bytes as one of the other. "
            "Put them in one --group, or --drop='near_duplicates()'"
        )
    left = summary.left_out
    labels = sorted(summary.labels.keys() - {None})
    names = plain(", ".join(labels[:_NAMED])) + (", ..." if len(labels) > _NAMED else "")
    details = "".join(f", {count} {name}" for name, count in sorted(summary.dropped.items()))
    print(
        f"{summary.videos} ok, {left['bad']} skipped, {left['dropped']} dropped{details}, "
        f"{left['other']} other files (see {os.path.join(output, 'skipped.jsonl')}), "
        f"{summary.short} short, {summary.duplicates} duplicates; "
        f"{len(labels)} labels{names and f' ({names})'}, "
        f"train {summary.splits['train']}, test {summary.splits['test']}",
        flush=True,
    )
