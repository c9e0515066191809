"""Where a video is cut, by a spec: `difference()`, `content()` or `adaptive()`.

Each function here makes a `cuts(frames)` -> sorted list of the numbers of frames at which a new
shot begins, never 0. Frames are any iterable of uint8 `[H, W, 3]`, RGB, read once; a few small
pictures are held, however long the video is. What is looked for is hard cuts: of dissolves over
three frames about half are found, of those over twelve none.
"""

import collections
import importlib
import itertools
import statistics

import numpy as np
from PIL import Image

from vgan.core.arguments import check_number, check_whole
from vgan.core.errors import UsageError

_THUMBNAIL = 32, 32
# A cut changes the picture this many times as much as the frames around it change theirs.
_STANDS_OUT = 2.3
# PySceneDetect's thresholds are made for frames that its own reader has brought to this width.
_WIDTH = 256


def difference(threshold=10.0, shortest=8):
    """Cuts where neighbouring frames differ much, and more than those around them.

    In fast motion many frames in a row differ. So a difference must stand out from the median of
    those on either side, `shortest` frames each: the window of Yeo and Liu 1995, "Rapid scene
    analysis on compressed video", but for its second largest value, by which two cuts near each
    other would hide. Where frames before and after are alike again, it was a flash.

    Args:
      threshold: mean absolute difference of thumbnails of 32x32 pixels, grey levels.
      shortest: least frames from cut to cut; what precedes the first cut and follows the last may
        be shorter, since a file begins and ends anywhere.
    Raises:
      UsageError: an argument out of its range.
    """
    check_number("difference", above=0, most=255, threshold=threshold)
    check_whole("difference", 1, 1000, shortest=shortest)

    def cuts(frames):
        found = []
        for number, before, after in _surroundings(map(_thumbnail, frames), shortest):
            due = not found or number - found[-1] >= shortest
            if due and before and _differ(before, after, threshold):
                found.append(number)
        return found

    return cuts


def content(threshold=27.0, shortest=15):
    """Cuts by hue, saturation and brightness, PySceneDetect's ContentDetector.

    A flash is a cut to it, and can hide a cut that follows; so is fast motion.

    Args:
      threshold: mean change of a pixel's hue, saturation and value, 0 to 255.
      shortest: least frames of a shot; cuts that are nearer to each other are merged.
    Raises:
      UsageError: PySceneDetect isn't installed, or an argument is out of its range.
    """
    check_number("content", above=0, most=255, threshold=threshold)
    check_whole("content", 1, 1000, shortest=shortest)
    return _detected_by("ContentDetector", threshold=threshold, min_scene_len=shortest)


def adaptive(threshold=3.0, shortest=15):
    """Cuts where `content` changes more than around, PySceneDetect's AdaptiveDetector.

    It looks two frames ahead, so it finds no cut at the last two frames. Flashes that come later
    than `shortest` frames after a cut are cuts to it.

    Args:
      threshold: how many times the mean change of the two frames before and the two after.
      shortest: least frames of a shot; a cut that comes sooner is passed over.
    Raises:
      UsageError: PySceneDetect isn't installed, or an argument is out of its range.
    """
    check_number("adaptive", above=0, most=255, threshold=threshold)
    check_whole("adaptive", 1, 1000, shortest=shortest)
    return _detected_by("AdaptiveDetector", adaptive_threshold=threshold, min_scene_len=shortest)


def _detected_by(name, **arguments):
    try:
        scenedetect = importlib.import_module("scenedetect")
    except ImportError:
        raise UsageError(
            "content() and adaptive() are detectors of PySceneDetect, which is not installed. "
            "Run pip install 'vgan[shots]', or choose difference()"
        ) from None

    def cuts(frames):
        detector, found, size = getattr(scenedetect, name)(**arguments), [], None
        for number, frame in enumerate(frames):
            # That of the first: frames may change their size, which the detectors can't bear.
            size = size or _reduced(*frame.shape[:2])
            # Times are only counted, so any rate will do.
            time = scenedetect.FrameTimecode(number, 25.0)
            found += detector.process_frame(time, _shrunk(frame, size)[..., ::-1].copy())
        return sorted(cut.frame_num for cut in found)

    return cuts


def _reduced(height, width):
    if width <= _WIDTH:
        return width, height
    return _WIDTH, max(1, round(height * _WIDTH / width))


def _surroundings(items, reach):
    """For each item its number, those before it, and those from it on, `reach` each at most."""
    held = collections.deque([None] * (2 * reach), maxlen=2 * reach)
    ends = itertools.repeat(None, reach - 1)
    for number, item in enumerate(itertools.chain(items, ends), start=1 - reach):
        held.append(item)
        if number >= 0:
            sides = list(held)[:reach], list(held)[reach:]
            yield number, *([item for item in side if item is not None] for side in sides)


def _differ(before, after, threshold):
    jump = _change(before[-1], after[0])
    if jump <= threshold:
        return False
    sides = [side for side in (before, after) if len(side) > 1]
    usual = [statistics.median(map(_change, side, side[1:])) for side in sides]
    least = min(itertools.starmap(_change, itertools.product(before, after)))
    return jump > _STANDS_OUT * max(usual, default=0) and least > jump / 2


def _change(first, second):
    return np.abs(first - second).mean()


def _thumbnail(frame):
    return np.float32(_shrunk(frame, _THUMBNAIL))


def _shrunk(frame, size):
    return np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BOX))
