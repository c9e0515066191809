"""Writes the frames of clips: TFRecord shards of PNG frames, each complete or not there.

Frames are PNG because it loses nothing: at 64x64 the blocks and the halved colour of JPEG are a
large part of the picture, and a generator would learn to draw them. The price is four times the
bytes.
"""

import array
import hashlib
import os

import cv2

from vgan.data import records

SHARD_BYTES = 128 * 2**20  # A shard that has reached it is followed by a new one.

# Of OpenCV's settings, the fastest to decode; on Weizmann also smaller than its default.
_PNG = [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]


class ShardWriter:
    """Writes the frames of clip after clip as records; a shard ends only where a clip does.

    Args:
      folder: where the shards go.
      name: what their names begin with; where it's one, it has no other name.

    Attributes:
      offsets: byte offset of each record within its shard.
      shards: of each finished shard `{name, records, bytes, sha256}`; complete after `close`.
    """

    def __init__(self, folder, name):
        self._folder, self._name = folder, name
        self._file = self._before = None
        self.offsets = array.array("q")
        self.shards = []

    def add(self, frames):
        """Appends the frames (uint8 `[H, W, 3]`, RGB) of one clip and returns their number."""
        if self._file is None or self._shard["bytes"] >= SHARD_BYTES:
            self._begin()
        self._before = (dict(self._shard), self._hash.copy(), len(self.offsets))
        for frame in frames:
            self._write(records.pack(encode(frame)))
        return len(self.offsets) - self._before[2]

    def take_back(self):
        """Forgets the clip that was added last."""
        self._shard, self._hash, kept = self._before
        del self.offsets[kept:]
        self._file.seek(self._shard["bytes"])
        self._file.truncate()

    def close(self):
        """Finishes the last shard, which gets its name now."""
        if not self._file:
            return
        self._file.close()
        if self._shard["records"]:
            os.rename(self._file.name, os.path.join(self._folder, self._shard["name"]))
            self.shards.append({**self._shard, "sha256": self._hash.hexdigest()})
        else:
            os.remove(self._file.name)
        self._file = None

    def _begin(self):
        self.close()
        number = f".{len(self.shards)}" if self.shards else ""
        self._shard = {"name": f"{self._name}{number}.tfrecord", "records": 0, "bytes": 0}
        self._hash = hashlib.sha256()
        # Of a run that was killed a process may live a moment longer: it writes its own file.
        path = os.path.join(self._folder, f"{self._shard['name']}.{os.getpid()}")
        self._file = open(path, "wb")

    def _write(self, record):
        self.offsets.append(self._shard["bytes"])
        self._file.write(record)
        self._hash.update(record)
        self._shard["records"] += 1
        self._shard["bytes"] += len(record)


def encode(frame):
    """A frame, uint8 `[H, W, 3]`, RGB, as the bytes of a PNG picture."""
    ok, data = cv2.imencode(".png", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), _PNG)
    if not ok:
        raise ValueError(f"OpenCV can't encode a frame of shape {frame.shape} as PNG")
    return data.tobytes()
