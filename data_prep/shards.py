"""Writes prepared videos: TFRecord shards of PNG frames, their index, and the whole by one rename.

Frames are PNG because it loses nothing: at 64x64 the blocks and the halved colour of JPEG are a
large part of the picture, and a generator would learn to draw them. The price is four times the
bytes.
"""

import array
import contextlib
import hashlib
import json
import os
import shutil

import cv2
import numpy as np

from vgan.data import records
from vgan.errors import StorageError

SHARD_BYTES = 128 * 2**20  # A shard that has reached it is followed by a new one.

# Of OpenCV's settings, the fastest to decode; on Weizmann also smaller than its default.
_PNG = [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]


@contextlib.contextmanager
def new_folder(path, overwrite):
    """Yields a folder to fill that takes its name `path` only once it's complete.

    Args:
      path: the folder to be.
      overwrite: whether prepared data that is there already gives way, at the very end.
    Raises:
      StorageError: `path` exists and may not be replaced.
    """
    path = os.path.realpath(path)
    if os.path.lexists(path):
        _check_replaceable(path, overwrite)
    incomplete = f"{path}.incomplete-{os.getpid()}"
    old = f"{path}.old-{os.getpid()}"
    shutil.rmtree(incomplete, ignore_errors=True)  # Left by a killed run that had our number.
    os.makedirs(incomplete)
    try:
        yield incomplete
        if os.path.lexists(path):
            _check_replaceable(path, overwrite)
            os.rename(path, old)
        os.rename(incomplete, path)
    finally:
        if os.path.isdir(old) and not os.path.lexists(path):
            os.rename(old, path)
        shutil.rmtree(incomplete, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _check_replaceable(path, overwrite):
    if not overwrite:
        raise StorageError(
            f"output {path!r}: exists already. Choose another --output or add --overwrite"
        )
    if not os.path.isfile(os.path.join(path, "manifest.json")):
        raise StorageError(
            f"output {path!r}: is not prepared data, so --overwrite leaves it alone. "
            "Choose another --output"
        )


class ShardWriter:
    """Writes the frames of video after video as records; a shard ends only where a video does.

    Args:
      folder: where the shards go.

    Attributes:
      offsets: byte offset of each record within its shard.
      shards: of each finished shard `{name, records, bytes, sha256}`; complete after `close`.
    """

    def __init__(self, folder):
        self._folder = folder
        self._file = None
        self.offsets = array.array("q")
        self.shards = []

    def add(self, frames):
        """Appends the frames (uint8 `[H, W, 3]`, RGB) of one video and returns their number."""
        if self._file is None or self._shard["bytes"] >= SHARD_BYTES:
            self._begin()
        before = self._shard["records"]
        for frame in frames:
            self._write(records.pack(_png(frame)))
        return self._shard["records"] - before

    def close(self):
        """Finishes the last shard."""
        if self._file:
            self._file.close()
            self._shard["sha256"] = self._hash.hexdigest()
            self.shards.append(self._shard)
            self._file = None

    def _begin(self):
        self.close()
        name = f"frames-{len(self.shards):05d}.tfrecord"
        self._shard = {"name": name, "records": 0, "bytes": 0}
        self._hash = hashlib.sha256()
        self._file = open(os.path.join(self._folder, name), "wb")

    def _write(self, record):
        self.offsets.append(self._shard["bytes"])
        self._file.write(record)
        self._hash.update(record)
        self._shard["records"] += 1
        self._shard["bytes"] += len(record)


def write_index(folder, writer, videos, skipped, manifest):
    """Writes `videos.jsonl`, `offsets.npy`, `skipped.jsonl` and `manifest.json`.

    Args:
      folder: where they go.
      writer: the closed `ShardWriter` of all frames.
      videos: a dict a video, in the order of their frames.
      skipped: a dict `{path, reason}` a file left out.
      manifest: what to say of the whole besides counts and shards.
    """
    lines = _json_lines(videos)
    _write_file(folder, "videos.jsonl", lines)
    _write_file(folder, "skipped.jsonl", _json_lines(skipped))
    np.save(os.path.join(folder, "offsets.npy"), np.array(writer.offsets, np.int64))
    whole = {
        "format": records.FORMAT_VERSION,
        **manifest,
        "frames": len(writer.offsets),
        "videos": len(videos),
        "videos_sha256": hashlib.sha256(lines).hexdigest(),
        "shards": writer.shards,
    }
    _write_file(folder, "manifest.json", (json.dumps(whole, indent=2) + "\n").encode())


def _json_lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _write_file(folder, name, data):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def _png(frame):
    ok, data = cv2.imencode(".png", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), _PNG)
    if not ok:
        raise ValueError(f"OpenCV can't encode a frame of shape {frame.shape} as PNG")
    return data.tobytes()
