"""Sets of clips to be scored, in an order that only their contents and a seed determine."""

import collections
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from vgan.core.errors import DataError
from vgan.media.whole import SUFFIXES, read_video

CHUNK = 64
"""How many clips are in memory at a time."""


class ClipSet:
    """Clips in a fixed order.

    Args:
      read: number -> video uint8 [T, H, W, 3]; thread safe.
      numbers: int [N], what `read` is asked for.
      sources: int [N], the same for clips of one source video, which are not independent.
      key: tuple that determines the clips and their order, under which measurements are kept;
        None for clips that are measured once.
    """

    def __init__(self, read, numbers, sources, key=None):
        self._read, self.numbers = read, numbers
        self.sources, self.key = sources, key

    def __len__(self):
        return len(self.numbers)

    def take(self, positions):
        """Videos uint8 [n, T, H, W, 3] at some positions of the order."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.stack(list(pool.map(self._read, self.numbers[positions])))

    def chunks(self):
        """All videos, some at a time."""
        for first in range(0, len(self), CHUNK):
            yield self.take(np.s_[first : first + CHUNK])


def of_windows(windows, interval, seed, most, cache, progress):
    """Windows of a data set, sorted by a hash of seed and contents, as a ClipSet.

    So the first n are a random choice, whatever order the videos came in.

    Args:
      windows: what `opening.open_windows` gives.
      interval: frames between the starts of clips of one video.
      seed: int.
      most: how many clips are kept.
      cache: cache.Cache, where the hashes of contents are kept.
      progress: called with how many more windows were read.
    """
    numbers, sources = windows.apart(interval)
    key = (windows.fingerprint, windows.clip.shape, windows.frame_step, windows.split, interval)

    def read(number):
        return windows[int(number)][0]

    found = cache.get((*key, "digests"), lambda: {"digests": _digests(read, numbers, progress)})
    order = _order(found["digests"], sources, seed)[:most]
    return ClipSet(read, numbers[order], sources[order], (*key, seed, most))


def of_videos(videos, seed, most):
    """Videos uint8 [N, T, H, W, 3], each a source of its own, sorted in the same way."""
    numbers = np.arange(len(videos))
    digests = _digests(videos.__getitem__, numbers, lambda count: None)
    order = _order(digests, numbers, seed)[:most]
    return ClipSet(videos.__getitem__, order, order)


def _digests(read, numbers, progress):
    """A hash of each window's contents, uint8 [N, 16]."""

    def digest(number):
        found = hashlib.blake2b(read(number).tobytes(), digest_size=16).digest()
        progress(1)
        return found

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.frombuffer(b"".join(pool.map(digest, numbers)), np.uint8).reshape(-1, 16)


def _order(digests, sources, seed):
    key = seed.to_bytes(8, "big")
    digests = [hashlib.blake2b(row.tobytes(), key=key).digest() for row in digests]
    # Equal clips of different videos are distinguished by what else those videos hold.
    held = collections.defaultdict(list)
    for digest, source in sorted(zip(digests, sources, strict=True)):
        held[source].append(digest)
    return np.array(sorted(range(len(digests)), key=lambda n: (digests[n], held[sources[n]])), int)


def read_folder(folder):
    """All videos of a folder, one clip each.

    Args:
      folder: holds video files, or NumPy files of one uint8 [T, H, W, 3] each; subfolders are
        left out.
    Returns:
      uint8 [N, T, H, W, 3]; the files' names; the names of lossy codecs they are compressed with.
    Raises:
      DataError: no folder, no videos, one that can't be read, or one of another size or length.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"videos {str(folder)!r}: not a folder. Give a folder of video files")
    suffixes = (*SUFFIXES, ".npy")
    shown = (path for path in folder.iterdir() if not path.name.startswith("."))
    paths = sorted(p for p in shown if p.suffix.lower() in suffixes and p.is_file())
    if not paths:
        raise DataError(
            f"videos {str(folder)!r}: no videos in it. Looked for "
            f"{' '.join('*' + suffix for suffix in suffixes)}"
        )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        read = list(pool.map(_read_file, paths))
    first = read[0][0].shape
    for path, (video, _) in zip(paths, read, strict=True):
        if video.shape != first:
            raise DataError(
                f"video {str(path)!r}: {_size(video.shape)}, but {paths[0].name!r} is "
                f"{_size(first)}. Give videos of one length and size"
            )
    lossy = sorted({codec for _, codec in read if codec})
    return np.stack([video for video, _ in read]), [path.name for path in paths], lossy


def _read_file(path):
    if path.suffix.lower() != ".npy":
        return read_video(path)
    try:
        video = np.load(path)
    except Exception as error:  # A damaged file raises whatever its parser meets.
        raise DataError(f"video {str(path)!r}: can't be read ({error}). Remove it") from None
    one = isinstance(video, np.ndarray)
    shape, dtype = (video.shape, video.dtype) if one else ((), "several arrays")
    if len(shape) != 4 or shape[-1] != 3 or 0 in shape or dtype != np.uint8:
        raise DataError(
            f"video {str(path)!r}: {dtype} {list(shape)}, not uint8 [T, H, W, 3]. Save each clip "
            "so, RGB from 0 to 255"
        )
    return video, ""


def _size(shape):
    return f"{shape[0]} frames of {shape[1]}x{shape[2]}"
