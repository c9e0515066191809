"""From finished chunks to a prepared folder: which clips are in it, their splits, the manifest."""

import array
import dataclasses
import hashlib
import itertools
import json
import os
import statistics

import numpy as np

from data_prep.base import splits
from data_prep.features.description import Description
from data_prep.judging import near_duplicates
from data_prep.judging.filters import Drop
from data_prep.writing.summary import Summary
from vgan.data import records

MANIFEST = "manifest.json"
"""The file that prepared data is known by."""

FILES = (
    "videos.jsonl", "skipped.jsonl", "offsets.npy", "features.npy", "features.json", MANIFEST,
)  # fmt: skip
"""What is written besides the shards."""


class Index:
    """Reads what is said of finished chunks, one at a time, and writes the index of them all.

    Args:
      work: a list of finished `Chunk`, in order.
      test_fraction: of the groups.

    Attributes:
      videos: number of clips.
      groups: {name: labels} of the groups of which no clip's split is listed.
      shards: of all chunks, as of `ShardWriter`.
      first_bad, first_dropped, first_short: the first row of each, or None.
    """

    def __init__(self, work, test_fraction):
        self._work, self._fraction = work, test_fraction
        self._folder, self._settings = work[0].folder, work[0].settings
        self.videos, self.groups, self.shards = 0, {}, []
        self._listed, self._trained = {}, set()  # Splits of groups; labels listed as train.
        self.first_bad = self.first_dropped = self.first_short = None
        self._rates, digests = array.array("d"), array.array("Q")
        for part in self._parts():
            self.shards += part["shards"]
            self.videos += len(part["videos"])
            self.first_bad = self.first_bad or _first(part["skipped"], "bad")
            self.first_dropped = self.first_dropped or _first(part["skipped"], "dropped")
            for video in part["videos"]:
                if video["short"] and not self.first_short:
                    self.first_short = video
                if video["fps"]:
                    self._rates.append(video["fps"])
                if video["sha256"]:
                    digests.append(int(video["sha256"], 16))
                if video["split"]:
                    self._listed.setdefault(video["group"], video["split"])
                    if video["split"] == "train":
                        self._trained.add(video["label"])
                else:
                    self.groups.setdefault(video["group"], set()).add(video["label"])
        for name in self._listed:
            self.groups.pop(name, None)
        found, counts = np.unique(np.array(digests, np.uint64), return_counts=True)
        self._doubled = set(found[counts > 1].tolist())

    def write(self, others):
        """Writes videos.jsonl, skipped.jsonl, offsets.npy, features and manifest.json.

        Args:
          others: a list of {path, reason} of files that aren't videos.
        Returns:
          a `Summary`.
        """
        self._summary, self._kept, digest = Summary(), bytearray(), hashlib.sha256()
        with self._open("videos.jsonl") as videos, self._open("skipped.jsonl") as skipped:
            for row in self._rows(others):
                line = (json.dumps(row) + "\n").encode()
                if "reason" in row:
                    skipped.write(line)
                    self._summary.leave_out(row)
                else:
                    videos.write(line)
                    digest.update(line)
                    self._summary.add(row)
        frames = sum(shard["records"] for shard in self.shards)
        self._write_array("offsets.npy", np.int64, (frames,), self._arrays("offsets"))
        self._write_features()
        self._write_manifest(digest.hexdigest())
        return self._summary

    def _parts(self):
        for chunk in self._work:
            with open(chunk.part(".json"), "rb") as file:
                yield json.loads(file.read())

    def _rows(self, others):
        """Rows of the clips that are kept, and with a "reason" of all that is left out."""
        test = splits.choose_test(self.groups, self._fraction, self._trained)
        near = self._near_duplicates()
        firsts, before = {}, 0
        for part in self._parts():
            for video in part["videos"]:
                reason = next(near)
                self._kept.append(not reason)
                if reason:
                    yield {"path": video["key"], "reason": reason, "kind": "dropped"}
                    continue
                row = {**video, "first_record": before + video["first_record"]}
                by_group = "test" if row["group"] in test else "train"
                row["split"] = row["split"] or self._listed.get(row["group"], by_group)
                yield self._with_duplicate(row, firsts)
            yield from part["skipped"]
            before += sum(shard["records"] for shard in part["shards"])
        yield from ({**row, "kind": "other"} for row in others)

    def _near_duplicates(self):
        """For each clip in turn why it's dropped beside an earlier one, or ""."""
        distance = Drop(self._settings.drop).distance
        if distance is None:
            return itertools.repeat("")
        keys = [video["key"] for part in self._parts() for video in part["videos"]]
        found = np.concatenate([some for some in self._arrays("prints") if len(some)])
        return iter(near_duplicates.reasons(keys, found, distance))

    def _with_duplicate(self, row, firsts):
        """A row, with the path of an earlier file of the same bytes, if `firsts` has one."""
        if row["sha256"] and int(row["sha256"], 16) in self._doubled:
            first = firsts.setdefault(row["sha256"], row)
            if first["path"] != row["path"]:
                self._summary.crossing += first["split"] != row["split"]
                return {**row, "duplicate_of": first["path"]}
        return row

    def _write_features(self):
        names = Description(self._settings.features).names
        if not names:
            return
        kept = iter(self._kept)
        parts = (part.reshape(-1, len(names)) for part in self._arrays("features"))
        some = (part[[bool(next(kept)) for _ in part]] for part in parts)
        self._write_array("features.npy", np.float32, (sum(self._kept), len(names)), some)
        with self._open("features.json") as file:
            file.write((json.dumps({"names": names}) + "\n").encode())

    def _write_manifest(self, digest):
        kinds = {"min": min, "median": statistics.median, "max": max}
        rates = {name: kind(self._rates) if self._rates else None for name, kind in kinds.items()}
        whole = {
            "format": records.FORMAT_VERSION,
            "height": self._settings.size[0],
            "width": self._settings.size[1],
            "labels": sorted(set(self._summary.labels) - {None}),
            "fps": rates,
            "split": {"rule": splits.RULE, "test_fraction": self._fraction},
            "settings": dataclasses.asdict(self._settings),
            "frames": sum(shard["records"] for shard in self.shards),
            "videos": self._summary.videos,
            "videos_sha256": digest,
            "shards": self.shards,
        }
        with self._open(MANIFEST) as file:
            file.write((json.dumps(whole, indent=2) + "\n").encode())

    def _arrays(self, name):
        return (np.load(chunk.part(f".{name}.npy")) for chunk in self._work)

    def _write_array(self, name, dtype, shape, parts):
        """Writes an array of parts, of which one at a time is in memory."""
        about = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
        with self._open(name) as file:  # A full disk is an error here, and death to a mapped file.
            np.lib.format.write_array_header_1_0(file, about)
            for part in parts:
                file.write(np.ascontiguousarray(part, dtype).tobytes())

    def _open(self, name):
        return open(os.path.join(self._folder, name), "wb")


def _first(rows, kind):
    return next((row for row in rows if row["kind"] == kind), None)
