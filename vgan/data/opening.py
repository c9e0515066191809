"""Opens what `--data` names: embedded data, a prepared folder, or a combination of several."""

import os

from vgan.core import spec
from vgan.core.errors import UsageError

_EMBEDDED = "vgan.data.{}.windows"
_COMBINED = "vgan.data.{}.combined"


def open_windows(text, clip, frame_step, split):
    """Opens what `--data` names: a spec string of embedded or combined data, or a prepared folder.

    Args:
      text: e.g. `shapes(objects=2)`, or the path of a folder.
      clip: ClipSpec of the windows.
      frame_step: every `frame_step`-th frame is taken.
      split: "train" or "test".
    Returns:
      a sequence of (video uint8 [T, H, W, C], label int), with what WORKSPACE.md says all data
      have.
    Raises:
      UsageError, DataError: there is no such data, or it doesn't fit.
    """
    given = {"clip": clip, "frame_step": frame_step, "split": split}
    name, embedded, combined = text.split("(")[0].strip(), *map(spec.names, (_EMBEDDED, _COMBINED))
    if name in embedded and not os.path.isdir(text):
        return spec.build(spec.parse(text), _EMBEDDED, **given)
    if name in combined and not os.path.isdir(text):
        return spec.build(spec.parse(text), _COMBINED, opened=lambda of: open_windows(of, **given))
    if "(" in text and text.rstrip().endswith(")") and not os.path.exists(text):
        raise UsageError(
            f"--data={text}: no embedded data of this name. "
            f"Known: {', '.join(sorted([*embedded, *combined]))}; or give a prepared folder"
        )
    return spec.build(spec.Spec("folder", {"path": text}), _EMBEDDED, **given)


def beside(windows, index, offsets=None):
    """A window and the source beside it, of 0 channels where the data are no pairs.

    Args:
      windows: what `open_windows` gives.
      index: int.
      offsets: int [n], other frames of its video than the window's own: see `folder.Folder.frames`.
    Returns:
      video uint8 [T, H, W, C], source uint8 [T, H, W, C or 0], label int.
    """
    video, label = at(windows, index, offsets)
    source = video[..., :0] if windows.source is None else at(windows.source, index, offsets)[0]
    return video, source, label


def at(windows, index, offsets=None):
    """A window, or other frames of its video, and its label; arguments as of `beside`."""
    index = int(index)
    return windows[index] if offsets is None else windows.frames(index, offsets)
