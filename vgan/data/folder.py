"""Windows of prepared data: what `python -m data_prep.prepare_clips` wrote, read one by one."""

import functools
import hashlib
import itertools
import json
import operator
import os
import shlex
import weakref
from array import array

import cv2
import numpy as np

from vgan.core.errors import DataError, UsageError, told
from vgan.data import records


def windows(clip, frame_step, split, path):
    """Opens a folder of prepared data: see `Folder`."""
    return Folder(clip, frame_step, split, path)


class Folder:
    """A sequence of all windows of one split, `(video uint8 [T, H, W, 3], label)`; thread safe.

    Windows start at every frame that leaves room for a whole one within its video, so that they
    overlap. The label is an index into `labels`, 0 where there are none.

    Args:
      clip: `ClipSpec` of a window; frames larger than that are resized to it.
      frame_step: a window takes every `frame_step`-th frame of a video, 1 or more.
      split: "train" or "test".
      path: the prepared folder.
    Raises:
      DataError: the folder is missing, incomplete, not prepared, or has no video long enough.
      UsageError: the clip is larger than the frames, or an argument is out of its range.

    Attributes:
      labels: tuple of names.
      names: of each video, numbered as in `apart`: what it was prepared from, as its
        path and what follows that (a stretch, a shot, an array).
      fps: frames per second of a window: the videos' median rate / frame_step.
      fingerprint: short hex digest of the data, wherever it lies.
      source: the windows beside these where data are pairs; here None.
    """

    source = None

    def __init__(self, clip, frame_step, split, path):
        if clip.channels != 3 or frame_step < 1 or split not in ("train", "test"):
            raise UsageError(
                f"data folder {path!r}: can't give channels={clip.channels} "
                f"frame_step={frame_step} split={split!r}. It has 3 channels, steps from 1, and "
                "splits 'train' and 'test'"
            )
        self.clip, self.frame_step, self.split, self._path = clip, frame_step, split, path
        self._span = (clip.frames - 1) * frame_step + 1
        text = _manifest_text(clip, path)
        self.fingerprint = hashlib.sha256(text).hexdigest()[:16]
        manifest = records.parse_manifest(text, path)
        self._frame_size = manifest["height"], manifest["width"]
        self._shards = manifest["shards"]
        self._shard_ends = np.cumsum([shard["records"] for shard in self._shards])
        self.labels = tuple(manifest["labels"])
        self.fps = (manifest["fps"]["median"] or 25.0) / frame_step  # Null: no file told its rate.
        self._check_shards()
        height, width = manifest["height"], manifest["width"]
        if clip.height > height or clip.width > width:
            raise UsageError(
                f"--height={clip.height} --width={clip.width}: larger than the {height}x{width} "
                f"frames of {path!r}. Lower them or prepare with a larger --size"
            )
        self._offsets = self._parse("offsets.npy", lambda: self._load_offsets(manifest["frames"]))
        self._index(self._parse("videos.jsonl", lambda: self._load_videos(manifest)), split)
        # Descriptors are closed when the last thread that reads from one lets go of it.
        self._descriptor = functools.lru_cache(maxsize=256)(_Descriptor)

    def __len__(self):
        return int(self._ends[-1])

    def __getitem__(self, index):
        return self.frames(index, np.arange(0, self._span, self.frame_step))

    def frames(self, index, offsets):
        """Any frames of the video of window `index`.

        Args:
          index: int.
          offsets: int [n], in the video's own frames from the window's start, within `extent`.
        Returns:
          uint8 [n, H, W, 3]; label int.
        """
        video, place = self._place(index)
        return self._read(self._first[video] + place + offsets), int(self._label[video])

    def extent(self, index):
        """The offsets of the first and the last frame that the video of window `index` has."""
        video, place = self._place(index)
        return -place, int(self._starts[video]) + self._span - 2 - place

    @property
    def window_labels(self):
        """int [N], the label of each window."""
        return np.repeat(self._label, self._starts)

    def apart(self, interval):
        """Windows of each video whose starts lie `interval` frames apart, and their videos.

        Returns:
          int [N], window numbers; int [N], the same number for windows of the same video.
        """
        found = [
            np.arange(end - starts, end, interval)
            for starts, end in zip(self._starts, self._ends, strict=True)
        ]
        return np.concatenate(found), np.repeat(np.arange(len(found)), [len(f) for f in found])

    def _place(self, index):
        """The video of a window, and the number of the window's first frame in it."""
        index = range(len(self))[operator.index(index)]
        video = np.searchsorted(self._ends, index, side="right")
        return video, int(index - (self._ends[video] - self._starts[video]))

    def _read(self, numbers):
        """The frames of some records of one video, each decoded once."""
        numbers, places = np.unique(numbers, return_inverse=True)
        path, begins, ends = self._locate(numbers)
        descriptor = self._descriptor(path)
        frames = np.empty((len(numbers), *self.clip.shape[1:]), np.uint8)
        for n, (begin, end) in enumerate(zip(begins, ends, strict=True)):
            try:
                png = records.unpack(os.pread(descriptor.number, end - begin, begin))
                frames[n] = _decode(png, self._frame_size, self.clip)
            except (ValueError, cv2.error) as error:
                raise records.damaged(path, f"at byte {begin}, {error}") from None
        return frames[places]

    def _locate(self, numbers):
        """The shard of some records of one video, and where they begin and end in it."""
        shard = int(np.searchsorted(self._shard_ends, numbers[0], side="right"))
        size, after = self._shards[shard]["bytes"], numbers + 1
        begins = self._offsets[numbers]
        ends = self._offsets[np.minimum(after, len(self._offsets) - 1)]
        ends = np.where(after < self._shard_ends[shard], ends, size)
        wrong = (begins < 0) | (begins > ends) | (ends > size)
        if wrong.any():
            path = os.path.join(self._path, "offsets.npy")
            raise records.damaged(path, f"wrong at record {numbers[wrong.argmax()]}")
        path = os.path.join(self._path, self._shards[shard]["name"])
        return path, begins.tolist(), ends.tolist()

    def _check_shards(self):
        for shard in self._shards:
            path = os.path.join(self._path, shard["name"])
            if not os.path.isfile(path):
                raise records.damaged(path, "missing")
            if os.path.getsize(path) != shard["bytes"]:
                size = os.path.getsize(path)
                raise records.damaged(path, f"{size} bytes, the manifest says {shard['bytes']}")
        known = {shard["name"] for shard in self._shards}
        for name in sorted(os.listdir(self._path)):
            if name.endswith(".tfrecord") and name not in known:
                raise records.damaged(os.path.join(self._path, name), "not in the manifest")

    def _load_offsets(self, count):
        offsets = np.load(os.path.join(self._path, "offsets.npy"), mmap_mode="r")
        if offsets.shape != (count,) or offsets.dtype != np.int64:
            raise ValueError(f"not {count} offsets")
        return offsets

    def _load_videos(self, manifest):
        with open(os.path.join(self._path, "videos.jsonl"), "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != manifest["videos_sha256"]:
                raise ValueError("its SHA-256 is not the manifest's")
            file.seek(0)
            return self._parsed(_rows(file), manifest["frames"])

    def _parsed(self, rows, frames):
        """Of the videos of this split: names, and int [N, 3] of frames, first record and label."""
        number = {label: index for index, label in enumerate(self.labels)}
        names, numbers, mine = [], array("q"), array("b")
        for row in rows:
            path, key = row["path"], row["key"]
            mine.append(row["split"] == self.split)
            if mine[-1]:
                names.append((path, key.removeprefix(path)))
            numbers.extend((row["frames"], row["first_record"], number.get(row["label"], 0)))
        found = np.frombuffer(numbers, np.int64).reshape(-1, 3)
        if (found < 0).any():
            raise ValueError("a number of frames or record in it is none")
        if (found[:, 0] > frames - found[:, 1]).any():
            raise ValueError("it names more frames than there are")
        return names, found[np.frombuffer(mine, bool)]

    def _index(self, videos, split):
        names, numbers = videos
        if not names:
            raise DataError(
                f"prepared data {self._path!r}: has no {split} videos. "
                "Prepare it again with another --test_fraction"
            )
        frames, first, label = numbers.T
        starts = frames - self._span + 1
        usable = starts > 0
        if not usable.any():
            raise DataError(
                f"prepared data {self._path!r}: its longest {split} video has {frames.max()} "
                f"frames, --frames={self.clip.frames} --frame_step={self.frame_step} needs "
                f"{self._span}. Lower one of them"
            )
        self._starts, self._first, self._label = starts[usable], first[usable], label[usable]
        self._ends = np.cumsum(self._starts)
        self.names = [names[number] for number in np.flatnonzero(usable)]

    def _parse(self, name, load):
        try:
            return load()
        except Exception as error:  # What a damaged file raises depends on the byte.
            raise records.damaged(os.path.join(self._path, name), told(error)) from None


class _Descriptor:
    def __init__(self, path):
        self.number = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self.number)


def _rows(file):
    """The values of lines, some at a time: of a million videos all at once take gigabytes.

    Few enough for their garbage to be counted out before Python's collector looks through it, which
    costs more than parsing: a million open in 4.1 s so, in 5.7 by thousands (one AMD EPYC core).
    """
    while lines := list(itertools.islice(file, 64)):
        yield from json.loads(b"[" + b",".join(lines) + b"]")


def _decode(png, size, clip):
    if records.png_size(png) != size:
        raise ValueError(f"the frame is {records.png_size(png)}, not {size}")
    frame = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)
    if frame is None:
        raise ValueError("the record is not a PNG picture")
    if frame.shape == clip.shape[1:]:
        return frame
    return cv2.resize(frame, (clip.width, clip.height), interpolation=cv2.INTER_AREA)


def _manifest_text(clip, path):
    try:
        with open(os.path.join(path, "manifest.json"), "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        pass
    if not os.path.isdir(path):
        raise DataError(f"data folder {path!r}: not a folder. Check the path")
    if _holds_videos(path):
        quoted, prepared = shlex.quote(path), shlex.quote(path.rstrip("/") + "-prepared")
        raise DataError(
            f"data folder {path!r}: holds raw videos. Prepare them first: "
            f"python -m data_prep.prepare_clips --input={quoted} --output={prepared} "
            f"--size={clip.height}x{clip.width}"
        )
    raise DataError(
        f"data folder {path!r}: neither prepared data nor videos. Looked for manifest.json and "
        f"{' '.join('*' + suffix for suffix in records.VIDEO_SUFFIXES)}"
    )


def _holds_videos(path):
    return any(
        name.lower().endswith(records.VIDEO_SUFFIXES) and not name.startswith(".")
        for _, _, names in os.walk(path)
        for name in names
    )
