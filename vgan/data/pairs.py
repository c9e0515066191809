"""Aligned pairs: two data sets of the same moments, for --task=translation."""

import hashlib
import os

import numpy as np

from vgan.core.errors import DataError, UsageError


def combined(opened, target, source):
    """Windows of a target, each with that of a source beside it.

    Args:
      opened: what `--data` can name -> its windows, as of opening.open_windows.
      target, source: what --data can name: prepared folders, or embedded data.
    Raises:
      DataError: their videos don't have the same numbers of windows, or other names, where they
        have names; suffixes of files don't count.
      UsageError, DataError: as of opening.open_windows.
    """
    for name, text in {"target": target, "source": source}.items():
        if not isinstance(text, str):
            raise UsageError(f"pairs({name}={text!r}): must be text, what --data can name")
    found = [opened(text) for text in (target, source)]
    if any(len(windows) > len(windows.apart(1)[0]) for windows in found):
        raise UsageError(
            "pairs(): a mixture that shows some windows several times can't be paired. "
            "Mix pairs instead: mixture(sources=[\"pairs(target='...', source='...')\", ...])"
        )
    (one, videos), (other, theirs) = (windows.apart(1) for windows in found)
    if not (np.array_equal(one, other) and np.array_equal(videos, theirs)):
        raise DataError(
            f"pairs: {target!r} has {len(one)} windows of {len(set(videos))} videos, {source!r} "
            f"{len(other)} of {len(set(theirs))}, and they must fit one by one. Prepare the same "
            "videos in the same order and length, with the same splits"
        )
    check_names(target, source, *(windows.names for windows in found))
    return Pairs(*found)


def check_names(target, source, names, others):
    """Raises DataError unless the videos of two sides, as `folder.Folder.names`, are the same."""
    if not (names and others):  # Embedded data have none.
        return
    for (path, rest), (other, other_rest) in zip(names, others, strict=True):
        stems = [{text, os.path.splitext(text)[0]} for text in (path, other)]
        if stems[0].isdisjoint(stems[1]) or rest != other_rest:
            raise DataError(
                f"pairs: video {path + rest!r} of {target!r} meets {other + other_rest!r} of "
                f"{source!r}. Give files of the same moments the same name, but for the suffix, "
                "and prepare both folders from the same list, with the same flags"
            )


class Pairs:
    """The windows of a target, and those of its source.

    Args:
      target, source: windows that fit one by one.
    """

    def __init__(self, target, source):
        self._target, self.source = target, source
        self.clip, self.frame_step, self.split = target.clip, target.frame_step, target.split
        self.labels, self.window_labels = target.labels, target.window_labels
        self.fps, self.names, self.apart = target.fps, target.names, target.apart
        both = target.fingerprint + source.fingerprint
        self.fingerprint = hashlib.sha256(both.encode()).hexdigest()[:16]

    def __len__(self):
        return len(self._target)

    def __getitem__(self, index):
        return self._target[index]

    def frames(self, index, offsets):
        """Any frames of the target of window `index`: see `folder.Folder.frames`."""
        return self._target.frames(index, offsets)

    def extent(self, index):
        """The offsets of the first and the last frame that both videos of window `index` have."""
        first, last = zip(self._target.extent(index), self.source.extent(index), strict=True)
        return max(first), min(last)
