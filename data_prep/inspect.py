"""Verifies prepared data and shows what is in it.

  python -m data_prep.inspect prepared

Every byte is read: SHA-256 of each shard, the checksum of each record, and that each is a picture
of the size that is announced. Exits with 2 at damage, naming the file and the byte.
"""

import array
import collections
import hashlib
import os
import statistics

from absl import flags

from data_prep.base.progress import Progress
from data_prep.base.reading import Prepared
from data_prep.writing.summary import Summary
from vgan.core import command
from vgan.core.errors import UsageError
from vgan.core.escaping import plain
from vgan.data import records


def verify(prepared, progress):
    """Raises DataError at the first damage in the frames of prepared data.

    Args:
      prepared: `Prepared`, of which `check_index` was called.
      progress: called now and then with the number of clips that were verified.
    """
    for number, row in enumerate(prepared.rows(), 1):
        for _ in prepared.frames(row):  # It says at which byte a record is damaged.
            pass
        progress(number)
    for shard in prepared.manifest["shards"]:
        path = os.path.join(prepared.path, shard["name"])
        if _sha256(path) != shard["sha256"]:
            raise records.damaged(path, "its SHA-256 is not the manifest's")


def check_index(prepared):
    """Raises DataError if files of prepared data are missing or others than the manifest says."""
    _check_shards(prepared)
    lines = os.path.join(prepared.path, "videos.jsonl")
    if not os.path.isfile(lines) or _sha256(lines) != prepared.manifest["videos_sha256"]:
        raise records.damaged(lines, "its SHA-256 is not the manifest's")
    if not any(True for _ in prepared.rows()):
        raise records.damaged(lines, "it has no clips")
    if prepared.offsets.shape != (prepared.manifest["frames"],):
        where = os.path.join(prepared.path, "offsets.npy")
        raise records.damaged(where, f"not {prepared.manifest['frames']} offsets")


def _check_shards(prepared):
    known = {shard["name"]: shard for shard in prepared.manifest["shards"]}
    there = {name for name in os.listdir(prepared.path) if name.endswith(".tfrecord")}
    for name in sorted(there ^ set(known)):
        why = "missing" if name in known else "not in the manifest"
        raise records.damaged(os.path.join(prepared.path, name), why)
    for name, shard in known.items():
        path = os.path.join(prepared.path, name)
        size = os.path.getsize(path)
        if size != shard["bytes"]:
            raise records.damaged(path, f"{size} bytes, the manifest says {shard['bytes']}")


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def overview(prepared):
    """What prepared data holds, as lines of text."""
    frames, summary, table = array.array("q"), Summary(), collections.Counter()
    for row in prepared.rows():
        frames.append(row["frames"])
        summary.add(row)
        table[plain(row["label"] or "(none)"), row["split"]] += 1
    manifest, shards = prepared.manifest, prepared.manifest["shards"]
    mebibytes = sum(shard["bytes"] for shard in shards) / 2**20
    rate = "from {min:g} to {max:g}, median {median:g}" if manifest["fps"]["min"] else "unknown"
    lines = [
        f"{summary.videos:,} clips, {summary.frames:,} frames of "
        f"{manifest['height']}x{manifest['width']} pixels (height x width), "
        f"{summary.seconds / 3600:.2f} hours, {mebibytes:,.1f} MiB, shards: {len(shards)}",
        f"frames a clip: from {min(frames)} to {max(frames)}, median {statistics.median(frames):g}",
        f"frames a second: {rate.format(**manifest['fps'])}",
        f"short: {summary.short}, with the bytes of another file: {summary.duplicates}",
    ]
    width = max(len(label) for label in ("label", *(label for label, _ in table)))
    lines.append(f"{'label':{width}}  {'train':>8} {'test':>8}")
    return lines + [
        f"{label:{width}}  {table[label, 'train']:8,} {table[label, 'test']:8,}"
        for label in sorted({label for label, _ in table})
    ]


def _main(arguments):
    if len(arguments) != 1:
        raise UsageError("give one folder: python -m data_prep.inspect FOLDER")
    prepared = Prepared(arguments[0])
    check_index(prepared)
    for line in overview(prepared):
        print(line, flush=True)
    if flags.FLAGS.verify:
        with Progress(prepared.manifest["videos"], "clip") as progress:
            verify(prepared, progress)
        print("all bytes are as they were written", flush=True)


if __name__ == "__main__":
    flags.DEFINE_bool("verify", True, "Read every byte; otherwise only show what is inside.")
    command.run(_main, positional=True)
