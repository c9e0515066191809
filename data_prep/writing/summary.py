"""What a prepared folder holds, counted row by row."""

import collections
import hashlib
import heapq
import os

SHOWN = 48
"""Number of clips that are shown as pictures, chosen by the hash of their keys."""


class Summary:
    """What a prepared folder holds.

    Attributes:
      videos, frames, short: numbers of clips, of their frames, and of clips that end too early.
      seconds: of the clips whose rate is known.
      labels, splits: numbers of clips by name.
      trained: the labels that train has.
      left_out: numbers of files and clips by kind: "bad", "dropped", "other".
      dropped: numbers of dropped clips by the first word of the reason.
      duplicates: number of clips of files whose bytes an earlier file has too.
      unusual, first_unusual: number of clips of files with notes, and the row of the first.
      crossing: number of those that lie in another split than the earlier one.
    """

    def __init__(self):
        self.videos = self.frames = self.short = self.seconds = self.duplicates = self.crossing = 0
        self.labels, self.splits = collections.Counter(), collections.Counter()
        self.trained, self.unusual, self.first_unusual = set(), 0, None
        self.left_out, self.dropped = collections.Counter(), collections.Counter()
        self._ranked = []

    @property
    def shown(self):
        """Rows of some clips, sorted by key, for pictures."""
        return sorted((row for _, _, row in self._ranked), key=lambda row: row["key"])

    def add(self, row):
        """Counts a clip that is kept."""
        self.videos += 1
        self.frames += row["frames"]
        self.short += row["short"]
        self.seconds += row["frames"] / row["fps"] if row["fps"] else 0
        self.labels[row["label"]] += 1
        self.splits[row["split"]] += 1
        if row["split"] == "train":
            self.trained.add(row["label"])
        if row.get("notes"):  # Older data have none.
            self.unusual += 1
            self.first_unusual = self.first_unusual or row
        self.duplicates += "duplicate_of" in row
        rank = hashlib.sha256(os.fsencode(row["key"])).digest()
        ranked = heapq.heappush if len(self._ranked) < SHOWN else heapq.heappushpop
        ranked(self._ranked, (rank, row["key"], row))

    def leave_out(self, row):
        """Counts what is left out."""
        self.left_out[row["kind"]] += 1
        if row["kind"] == "dropped":
            self.dropped[row["reason"].split(":")[0]] += 1
