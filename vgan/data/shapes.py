"""Embedded data: clips of moving shapes, drawn when they are asked for, with their exact motion.

Each form moves along its direction and sways gently across it; the others are sent to meet the
nearest one within the first sixteen frames, so that they pass behind it.
"""

import collections.abc
import colorsys
import dataclasses
import hashlib
import math
import operator

import numpy as np

from vgan.core.arguments import check_whole
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.data import drawing

# Enters the fingerprint: count it up with every change of what is drawn.
_DRAWING_VERSION = 1

_DIRECTIONS = {"right": (0, 1), "left": (0, -1), "up": (1, -1), "down": (1, 1)}  # axis, sign

# Lengths are in parts of the frame's shorter side, times in frames at frame_step 1.
_RADII = (0.13, 0.19)
_SPEEDS = (0.022, 0.042)
_SWAY, _SWAY_PERIODS = 0.025, (20.0, 40.0)
_MARGIN = 0.1  # how near to the border a centre turns back
_MIDDLE = 7.5  # of sixteen frames
_MEETINGS = (4.0, 11.0)
_STRAIGHT = 0.9  # the part of the way to the turning point that is run at an almost even speed
_BEND = 0.97  # 0 swings like a sine, 1 has the sharp turns of a triangle wave

_MOST = 2**62
_WINDOWS_LONG = 4  # A drawn motion has no end; as a video it is this many windows long.


def windows(
    clip, frame_step, split, num_videos=2048, objects=2, textured=False, seed=0, outlined=False
):
    """Clips of moving shapes; one video is one window.

    Labels go in turns, so every second clip is no fair sample: even and odd clips differ.

    Args:
      clip: a `ClipSpec` of any frames, height and width, and 3 channels.
      frame_step: frames of the underlying motion from one frame to the next, 1 or more.
      split: "train", or "test" for an eighth as many other videos (at least one).
      num_videos: videos of the training split, 1 or more.
      objects: forms in each video, 1 or more; the label is that of the nearest.
      textured: whether the ground and the forms are shaded by a smooth texture.
      seed: chooses the videos, 0 or more.
      outlined: draw the forms' outlines alone, in their colours.
    Raises:
      UsageError: an argument out of its range.
    """
    if clip.channels != 3:
        raise UsageError(f"shapes(): drawn in 3 channels, not {clip.channels!r}. Set channels to 3")
    if split not in ("train", "test"):
        raise UsageError(f"shapes(): unknown split {split!r}. Choose 'train' or 'test'")
    whole = {"frame_step": frame_step, "num_videos": num_videos, "objects": objects}
    check_whole("shapes", 1, _MOST, **dataclasses.asdict(clip), **whole)
    check_whole("shapes", 0, _MOST, seed=seed)
    if not type(textured) is type(outlined) is bool:
        raise UsageError(f"shapes(textured={textured!r}, outlined={outlined!r}): True or False")
    count = num_videos if split == "train" else max(1, num_videos // 8)
    return Shapes(clip, frame_step, split, count, objects, textured, seed, outlined)


@dataclasses.dataclass(frozen=True)
class Shapes(collections.abc.Sequence):
    """The windows that `windows` describes: item i is a video, uint8 `[T, H, W, 3]`, and a label.

    An item depends on nothing but these fields and i, so any thread may ask for any of them.
    """

    clip: ClipSpec
    frame_step: int
    split: str
    num_videos: int
    objects: int
    textured: bool
    seed: int
    outlined: bool = False

    labels = tuple(f"{form} {direction}" for form in drawing.FORMS for direction in _DIRECTIONS)
    names = ()  # No video has one.
    source = None
    # Drawn motion has no rate of its own; at 8, sixteen frames are two seconds, slow enough to see.
    fps = 8.0

    def __len__(self):
        return self.num_videos

    def __getitem__(self, index):
        return self.frames(index)

    def frames(self, index, offsets=None):
        """The video of window `index` at any moments, uint8 `[n, H, W, 3]`, and its label.

        Args:
          index: int.
          offsets: int `[n]`, in frames of the underlying motion from the window's start; None for
            the window's own.
        """
        index = range(len(self))[operator.index(index)]
        scene = self._scene(index, offsets)
        video = drawing.draw(scene, self.clip.height, self.clip.width, self.outlined)
        return video, index % len(self.labels)

    def extent(self, index):
        """The offsets of the first and the last frame that the video of window `index` has."""
        del index
        return 0, _WINDOWS_LONG * ((self.clip.frames - 1) * self.frame_step + 1) - 1

    @property
    def window_labels(self):
        """int `[N]`, the label of each window."""
        return np.arange(len(self)) % len(self.labels)

    def apart(self, interval):
        """All windows, and their videos: one each, so whatever `interval` they lie apart."""
        del interval
        return np.arange(len(self)), np.arange(len(self))

    def motion(self, index):
        """The exact flow of window `index` and where it can be followed: see `drawing.motion`."""
        index = range(len(self))[operator.index(index)]
        return drawing.motion(self._scene(index), self.clip.height, self.clip.width)

    @property
    def fingerprint(self):
        """A short hex digest of everything that determines the windows."""
        *fields, outlined = dataclasses.astuple(self)
        fields = repr((_DRAWING_VERSION, *fields, *(["outlined"] if outlined else [])))
        return hashlib.sha256(fields.encode()).hexdigest()[:16]

    def _scene(self, index, times=None):
        if times is None:
            times = np.arange(self.clip.frames) * self.frame_step
        stream = 2 * self.seed + (self.split == "test")
        random = np.random.Generator(np.random.Philox(key=np.array([stream, index], np.uint64)))
        form, direction = divmod(index % len(self.labels), len(_DIRECTIONS))
        unit = min(self.clip.height, self.clip.width)
        forms = [form, *random.integers(len(drawing.FORMS), size=self.objects - 1)]
        return drawing.Scene(
            forms=forms,
            radii=(unit * random.uniform(*_RADII, size=self.objects)).astype(np.float32),
            paths=unit * self._paths(random, direction, unit, times),
            colours=_colours(random, self.objects),
            waves=_waves(random, self.objects + 1, unit) if self.textured else None,
        )

    def _paths(self, random, direction, unit, frames):
        extent = (self.clip.width / unit, self.clip.height / unit)
        first = _first_path(random, direction, extent)
        paths = [first(frames)]
        for turn in random.integers(1, len(_DIRECTIONS), size=self.objects - 1):
            meeting = random.uniform(*_MEETINGS)
            point = first(meeting) + random.uniform(-0.05, 0.05, size=2)
            other = (direction + turn) % len(_DIRECTIONS)
            speed = random.uniform(*_SPEEDS)
            paths.append(_path(random, point, meeting, other, speed, extent)(frames))
        return np.stack(paths)


def _first_path(random, direction, extent):
    """A path that does not turn back within the first sixteen frames."""
    axis = tuple(_DIRECTIONS.values())[direction][0]
    speed = random.uniform(*_SPEEDS)
    slack = _STRAIGHT * (extent[axis] / 2 - _MARGIN) - _MIDDLE * speed
    point = np.array(extent) / 2
    point[axis] += random.uniform(-slack, slack)
    point[1 - axis] += random.uniform(-0.5, 0.5) * (extent[1 - axis] - 0.5)
    return _path(random, point, _MIDDLE, direction, speed, extent)


def _path(random, point, moment, direction, speed, extent):
    """A function from frames `[...]` to places (x, y) `[..., 2]`, through `point` at `moment`.

    To and fro along the direction's axis on a triangle wave with rounded turns,
    asin(b sin(angle)) / asin(b), and on a small sine across it; so it never leaves the frame.
    """
    axis, sign = tuple(_DIRECTIONS.values())[direction]
    middle, bend = extent[axis] / 2, math.asin(_BEND)
    reach = middle - _MARGIN
    part = np.clip(sign * (point[axis] - middle) / reach, -_STRAIGHT, _STRAIGHT)
    angle = math.asin(math.sin(part * bend) / _BEND)
    rate = speed / reach * bend / _BEND
    sway_rate = 2 * math.pi / random.uniform(*_SWAY_PERIODS)
    phase = random.uniform(0, 2 * math.pi)

    def place(frames):
        time = frames - moment
        wave = np.arcsin(_BEND * np.sin(angle + rate * time)) / bend
        sway = _SWAY * (np.sin(phase + sway_rate * time) - math.sin(phase))
        along, across = middle + sign * reach * wave, point[1 - axis] + sway
        return np.stack((across, along) if axis else (along, across), -1)

    return place


def _colours(random, objects):
    """Saturated hues well apart, and a dim one for the ground."""
    hues = random.uniform() + (np.arange(objects) + random.uniform(0, 0.5, objects)) / objects
    colours = [colorsys.hsv_to_rgb(hue, random.uniform(0.75, 1), 1) for hue in hues]
    colours.append(colorsys.hsv_to_rgb(random.uniform(), 0.5, random.uniform(0.2, 0.4)))
    return 255 * np.array(colours, np.float32)


def _waves(random, surfaces, unit, count=3):
    """Frequencies and phases of smooth textures; no wave is shorter than 6 pixels."""
    lengths = max(unit, 30) * random.uniform(0.2, 0.5, (surfaces, count))
    turns = np.pi * (np.arange(count) + random.uniform(size=(surfaces, count))) / count
    phases = random.uniform(0, 2 * np.pi, (surfaces, count))
    rates = 2 * np.pi / lengths
    waves = np.stack((rates * np.cos(turns), rates * np.sin(turns), phases), -1)
    return waves.astype(np.float32)
