"""From an item to its clips: which source reads it, where it is cut, what is done to its frames."""

import contextlib
import dataclasses
import itertools
import math
import os
import types
from collections.abc import Iterator

import numpy as np

from data_prep.inputs import items, survey
from data_prep.inputs.framing import Framing
from data_prep.inputs.retouching import retouch
from data_prep.inputs.sources.arrays import ArraySource, open_arrays
from data_prep.inputs.sources.pictures import FramesSource, StripSource
from data_prep.inputs.sources.source import BadFileError
from data_prep.inputs.sources.video import VideoSource


@dataclasses.dataclass
class Clip:
    """One clip that is written: its frames are read once, before the next clip.

    Attributes:
      key: of the item, with `#` and the shot's number or the array's name where it has several.
      fps: frames per second, or None.
      size: height and width of the original, pixels.
      frames: uint8 `[H, W, 3]`, RGB, as they are written.
      source: what they're read from; its `broken` says, after them, why they ended too early.
    """

    key: str
    fps: float | None
    size: tuple[int, int]
    frames: Iterator[np.ndarray]
    source: object


def clips(folder, item, settings, strip_frames=0):
    """Opens an item.

    Args:
      folder: what its path is relative to.
      item: `Item`.
      settings: `Settings`.
      strip_frames: frames of a film strip; 0 for square ones.
    Returns:
      a generator of `Clip`.
    Raises:
      BadFileError: it can't be used. Of a file of several arrays, one that is no video is given as
        a clip without frames.
    """
    path = os.path.join(folder, item.path)
    if item.kind in ("npy", "npz", "hdf5"):
        with open_arrays(path, item.kind) as arrays:
            for name, array in arrays:
                key = f"{item.key}#{name}" if name else item.key
                try:
                    source = ArraySource(array, settings)
                except BadFileError as error:  # Labels may lie beside videos.
                    unusable = types.SimpleNamespace(broken=str(error))
                    yield Clip(key, None, (0, 0), iter(()), unusable)
                else:
                    yield from _framed(key, source, settings)
        return
    yield from _framed(item.key, _source(path, item, settings, strip_frames), settings)


def _source(path, item, settings, strip_frames):
    if item.kind == "frames":
        found = items.pictures(path)
        if not found:
            raise BadFileError("no pictures in the folder")
        return FramesSource(found, settings)
    _check(path)
    if item.kind == "strip":
        return StripSource(path, settings, strip_frames)
    if item.kind == "video":
        listed = item.listed or {}
        return VideoSource(path, settings, listed.get("start", 0.0), listed.get("end", math.inf))
    if item.kind == "picture":
        raise BadFileError("a still picture. If it is a strip of frames, give --kind=strip")
    raise BadFileError("can't be opened as a video: damaged, or not a video at all")


def _check(path):
    if not os.path.isfile(path):
        raise BadFileError("not a regular file")
    try:
        with open(path, "rb") as file:
            if not file.read(1):
                raise BadFileError("zero bytes")
    except OSError as error:
        raise BadFileError(f"can't be read: {error.strerror}") from None


def _framed(key, source, settings):
    """The clips of a source: one, or one a shot."""
    found = survey.survey(source, settings)
    framing = Framing(
        settings.size, settings.fit, settings.interpolation, found.content, found.centre
    )
    frames = (retouch(frame, settings) for frame in source.frames(framing))
    shots = itertools.pairwise([0, *found.cuts, None])
    with contextlib.closing(frames):
        for number, (start, end) in enumerate(shots, 1):
            name = f"{key}#shot{number}" if found.cuts else key
            part = itertools.islice(frames, None if end is None else end - start)
            yield Clip(name, source.fps, source.size, part, source)
