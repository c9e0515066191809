"""Two data sets that have nothing to do with each other, for a translation of one to the other."""

import dataclasses
import hashlib

from absl import logging

from vgan.core import spec
from vgan.core.errors import DataError, UsageError


def combined(opened, target, source):
    """Windows of a target; beside each, some window of a source, which need not fit it.

    Args:
      opened: what `--data` can name -> its windows, as of opening.open_windows.
      target, source: what --data can name: prepared folders, or embedded data.
    Raises:
      UsageError: one that is pairs itself. DataError: one data set twice.
      UsageError, DataError: as of opening.open_windows.
    """
    for name, text in {"target": target, "source": source}.items():
        if not isinstance(text, str):
            raise UsageError(f"unpaired({name}={text!r}): must be text, what --data can name")
    found = [opened(text) for text in (target, source)]
    for windows, text in zip(found, (target, source), strict=True):
        if windows.source is not None:
            raise UsageError(f"unpaired(): {text!r} has sources of its own. Name its sides instead")
    if found[0].fingerprint == found[1].fingerprint:
        raise DataError(
            f"unpaired: {target!r} and {source!r} hold the same videos, so there is nothing to "
            "translate. Give two folders"
        )
    target_fps, source_fps = (windows.fps for windows in found)
    if not 0.99 < target_fps / source_fps < 1.01:
        logging.warning(
            "unpaired: the target has %g frames a second and the source %g, so that what is made "
            "of one moves too fast or slow for the other. Convert the videos to one rate",
            target_fps, source_fps,
        )  # fmt: skip
    return Unpaired(*found)


class Others:
    """The windows of a source of which any goes with any window of the target.

    Args:
      windows: of the source; a number beyond their end counts on from the first.
    """

    def __init__(self, windows):
        self.windows = windows

    def __len__(self):
        return len(self.windows)

    def __getitem__(self, index):
        return self.windows[index % len(self)]

    def frames(self, index, offsets):
        """Any frames of the video of a window: see `folder.Folder.frames`."""
        return self.windows.frames(index % len(self), offsets)

    def extent(self, index):
        """The offsets of the first and the last frame that its video has."""
        return self.windows.extent(index % len(self))


class Unpaired:
    """The windows of a target; a pass of either is one of its own.

    Args:
      target, source: windows of one clip.
    Attributes:
      source: Others.
    """

    def __init__(self, target, source):
        self._target, self.source = target, Others(source)
        self.clip, self.frame_step, self.split = target.clip, target.frame_step, target.split
        self.labels, self.window_labels = target.labels, target.window_labels
        self.fps, self.names, self.apart = target.fps, target.names, target.apart
        self.frames, self.extent = target.frames, target.extent
        both = f"unpaired {target.fingerprint} {source.fingerprint}"
        self.fingerprint = hashlib.sha256(both.encode()).hexdigest()[:16]

    def __len__(self):
        return len(self._target)

    def __getitem__(self, index):
        return self._target[index]


def is_unpaired(windows):
    """Whether a window's source need not fit it."""
    return isinstance(windows.source, Others)


def swapped(text):
    """The text of --data with target and source in each other's place, where it has those."""
    named = spec.parse(text) if text.startswith(("unpaired(", "pairs(")) else None
    if named is None:
        return text
    sides = {"target": named.arguments["source"], "source": named.arguments["target"]}
    return spec.unparse(dataclasses.replace(named, arguments=sides))
