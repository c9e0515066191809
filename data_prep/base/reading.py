"""Prepared data as it lies on the disk, for what looks at it: row by row, frame by frame."""

import bisect
import itertools
import json
import os

import cv2
import numpy as np

from vgan.core.errors import DataError, told
from vgan.core.stored import check, positive, whole
from vgan.data import records

_ROW = {
    "key": str, "path": str, "split": str, "frames": whole, "first_record": whole, "short": bool,
    "fps": lambda fps: fps is None or positive(fps),
    "label": lambda label: label is None or isinstance(label, str),
}  # fmt: skip


class Prepared:
    """A prepared folder.

    Args:
      path: the folder.
    Raises:
      DataError: it isn't one, or of another version.

    Attributes:
      manifest: the dict of manifest.json.
      offsets: int64 [frames], byte offset of each record within its shard.
    """

    def __init__(self, path):
        self.path = path
        self.manifest = self._manifest()
        records_of_shards = (shard["records"] for shard in self.manifest["shards"])
        self._ends = list(itertools.accumulate(records_of_shards))
        offsets = os.path.join(path, "offsets.npy")
        try:
            self.offsets = np.load(offsets, mmap_mode="r")
            if self.offsets.dtype != np.int64:
                raise ValueError(f"{self.offsets.dtype}, not int64")
        except Exception as error:  # What a damaged file raises depends on the byte.
            raise records.damaged(offsets, told(error)) from None

    def rows(self):
        """The rows of videos.jsonl, one at a time; DataError if it can't be read."""
        path = os.path.join(self.path, "videos.jsonl")
        try:
            with open(path, encoding="utf-8") as file:
                for line in file:
                    row = json.loads(line)
                    check(row, _ROW, "a row")
                    if row["first_record"] + row["frames"] > self.manifest["frames"]:
                        raise ValueError(f"{row['key']!r} has more frames than there are")
                    yield row
        except (FileNotFoundError, ValueError, RecursionError) as error:
            raise records.damaged(path, str(error)) from None

    def frames(self, row):
        """The frames of a row's clip, uint8 `[H, W, 3]`, RGB.

        Raises:
          DataError: a record is damaged; names the shard and the byte.
        """
        first = row["first_record"]
        shard = self.manifest["shards"][bisect.bisect_right(self._ends, first)]
        path = os.path.join(self.path, shard["name"])
        with open(path, "rb") as file:
            begin = int(self.offsets[first])
            if not 0 <= begin < shard["bytes"]:
                where = os.path.join(self.path, "offsets.npy")
                raise records.damaged(where, f"record {first} can't be at byte {begin}")
            file.seek(begin)
            for record in range(first, first + row["frames"]):
                if self.offsets[record] != begin:
                    why = f"record {record} is at byte {begin} of {shard['name']!r}"
                    where = os.path.join(self.path, "offsets.npy")
                    raise records.damaged(where, f"{why}, not at {self.offsets[record]}")
                begin, frame = self._next(path, file, begin, shard["bytes"])
                yield frame

    def _next(self, path, file, begin, end):
        """The end of the record that begins at a byte, where the file is, and its frame."""
        try:
            header = file.read(records.HEADER_BYTES)
            size = records.framed_size(header)
            if size > end - begin:
                raise ValueError("the record is longer than its shard")
            record = header + file.read(size - len(header))
            png = records.unpack(record)
            wanted = self.manifest["height"], self.manifest["width"]
            if records.png_size(png) != wanted:
                raise ValueError(f"the frame is {records.png_size(png)}, not {wanted}")
            frame = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)
            if frame is None:
                raise ValueError("the record is not a PNG picture")
        except (ValueError, cv2.error) as error:
            raise records.damaged(path, f"at byte {begin}, {error}") from None
        return begin + size, frame

    def _manifest(self):
        try:
            with open(os.path.join(self.path, "manifest.json"), "rb") as file:
                return records.parse_manifest(file.read(), self.path)
        except (FileNotFoundError, NotADirectoryError):
            raise DataError(
                f"data folder {self.path!r}: no manifest.json in it, so it isn't prepared data. "
                "Make some: python -m data_prep.prepare_clips"
            ) from None
