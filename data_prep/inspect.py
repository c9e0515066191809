"""Verifies prepared data and shows what is in it.

  python -m data_prep.inspect prepared

Every byte is read: SHA-256 of each shard, the checksum of each record, and that each is a picture
of the size that is announced. Exits with 2 at damage, naming the file and the byte.
"""

import collections
import hashlib
import os
import statistics

from absl import flags

from data_prep.progress import Progress
from data_prep.reading import Prepared, damaged
from vgan import command
from vgan.errors import UsageError

_BLOCK = 2**20


def verify(prepared, tell):
    """Raises DataError at the first damage in prepared data.

    Args:
      prepared: `Prepared`.
      tell: called now and then with the number of clips that were looked through.
    """
    _check_shards(prepared)
    lines = os.path.join(prepared.path, "videos.jsonl")
    if _sha256(lines) != prepared.manifest["videos_sha256"]:
        raise damaged(lines, "its SHA-256 is not the manifest's")
    if len(prepared.offsets) != prepared.manifest["frames"]:
        where = os.path.join(prepared.path, "offsets.npy")
        raise damaged(where, f"not {prepared.manifest['frames']} offsets")
    for number, row in enumerate(prepared.rows(), 1):
        for _ in prepared.frames(row):  # It says at which byte a record is damaged.
            pass
        tell(number)
    for shard in prepared.manifest["shards"]:
        path = os.path.join(prepared.path, shard["name"])
        if _sha256(path) != shard["sha256"]:
            raise damaged(path, "its SHA-256 is not the manifest's")


def _check_shards(prepared):
    known = {shard["name"]: shard for shard in prepared.manifest["shards"]}
    there = {name for name in os.listdir(prepared.path) if name.endswith(".tfrecord")}
    for name in sorted(there ^ set(known)):
        why = "missing" if name in known else "not in the manifest"
        raise damaged(os.path.join(prepared.path, name), why)
    for name, shard in known.items():
        path = os.path.join(prepared.path, name)
        if os.path.getsize(path) != shard["bytes"]:
            size = os.path.getsize(path)
            raise damaged(path, f"{size} bytes, the manifest says {shard['bytes']}")


def _sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def overview(prepared):
    """What prepared data holds, as lines of text."""
    rows = list(prepared.rows())
    manifest = prepared.manifest
    frames = [row["frames"] for row in rows]
    seconds = sum(row["frames"] / row["fps"] for row in rows if row["fps"])
    rates = manifest["fps"]
    lines = [
        f"{len(rows):,} clips, {sum(frames):,} frames of {manifest['width']}x{manifest['height']}, "
        f"{seconds / 3600:.2f} hours, "
        f"{sum(shard['bytes'] for shard in manifest['shards']) / 2**20:,.0f} MiB in "
        f"{len(manifest['shards'])} shards",
        f"frames a clip: {min(frames)} to {max(frames)}, median {statistics.median(frames):g}",
        f"frames a second: {rates['min']} to {rates['max']}, median {rates['median']}",
        f"short: {sum(row['short'] for row in rows)}, with the bytes of another file: "
        f"{sum('duplicate_of' in row for row in rows)}",
    ]
    table = collections.Counter((str(row["label"]), row["split"]) for row in rows)
    width = max(len(label) for label, _ in table)
    lines.append(f"{'label':{width}}  {'train':>8} {'test':>8}")
    for label in sorted({label for label, _ in table}):
        train, test = table[label, "train"], table[label, "test"]
        lines.append(f"{label:{width}}  {train:8,} {test:8,}")
    return lines


def _main(arguments):
    if len(arguments) != 1:
        raise UsageError("give one folder: python -m data_prep.inspect FOLDER")
    prepared = Prepared(arguments[0])
    for line in overview(prepared):
        print(line, flush=True)
    if flags.FLAGS.verify:
        with Progress(prepared.manifest["videos"], "clip") as tell:
            verify(prepared, tell)
        print("all bytes are as they were written", flush=True)


if __name__ == "__main__":
    flags.DEFINE_bool("verify", True, "Read every byte; otherwise only show what is inside.")
    command.run(_main, positional=True)
