"""Embedded data: clips of moving things, drawn when they are asked for, with their exact motion."""

import collections.abc
import dataclasses
import hashlib
import operator

import numpy as np

from vgan.core import spec
from vgan.core.arguments import check_whole
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError

# Enters the fingerprint: count it up with every change of what is drawn.
_DRAWING_VERSION = 1

_MOST = 2**62
_WINDOWS_LONG = 4  # A drawn motion has no end; as a video it is this many windows long.
_PARTS = ("form", "direction")
"""What the names of classes of scene forms say, in this order."""

_SCENES = "vgan.data.scenes.{}.scene"


def windows(
    clip,
    frame_step,
    split,
    num_videos=2048,
    objects=2,
    textured=False,
    seed=0,
    outlined=False,
    scene="forms",
    label="",
):
    """Clips of moving things; one video is one window.

    Labels go in turns, so every second clip is no fair sample: even and odd clips differ.

    Args:
      clip: a `ClipSpec` of any frames, height and width, and 3 channels.
      frame_step: frames of the underlying motion from one frame to the next, 1 or more.
      split: "train", or "test" for an eighth as many other videos (at least one).
      num_videos: videos of the training split, 1 or more.
      objects: things in each video, 1 or more; the label is that of the nearest.
      textured: whether the ground and the forms are shaded by a smooth texture; of scene forms.
      seed: chooses the videos, 0 or more.
      outlined: draw the forms' outlines alone, in their colours; of scene forms.
      scene: what is shown, a file of `vgan/data/scenes/`: "forms", flat ones of one colour;
        "balls" that roll and bounce; "faces" that turn and blink.
      label: name classes by a part of what the nearest is: "form" or "direction", of scene forms;
        empty for all of it.
    Raises:
      UsageError: an argument out of its range, or one that the scene has no use for.
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
    if scene not in spec.names(_SCENES):
        raise UsageError(
            f"shapes(scene={scene!r}): unknown. Choose {', '.join(spec.names(_SCENES))}"
        )
    if scene != "forms" and (textured or outlined or label):
        raise UsageError(
            f"shapes(scene={scene!r}): textured, outlined and label are of scene='forms'. Drop them"
        )
    if label not in ("", *_PARTS):
        raise UsageError(f"shapes(label={label!r}): unknown. Choose {' or '.join(_PARTS)}")
    count = num_videos if split == "train" else max(1, num_videos // 8)
    return Shapes(clip, frame_step, split, count, objects, textured, seed, outlined, scene, label)


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
    scene: str = "forms"
    label: str = ""

    names = ()  # No video has one.
    source = None
    # Drawn motion has no rate of its own; at 8, sixteen frames are two seconds, slow enough to see.
    fps = 8.0

    @property
    def labels(self):
        """The names of the classes."""
        return tuple(dict.fromkeys(self._names))

    @property
    def _names(self):
        """The names of the classes of the videos, which go in turns."""
        names = spec.resolve(self.scene, "vgan.data.scenes.{}.labels")()
        return [name.split()[_PARTS.index(self.label)] for name in names] if self.label else names

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
        video = self._scene(index, offsets).draw(self.clip.height, self.clip.width)
        return video, self.labels.index(self._names[index % len(self._names)])

    def extent(self, index):
        """The offsets of the first and the last frame that the video of window `index` has."""
        del index
        return 0, _WINDOWS_LONG * ((self.clip.frames - 1) * self.frame_step + 1) - 1

    @property
    def window_labels(self):
        """int `[N]`, the label of each window."""
        classes = np.array([self.labels.index(name) for name in self._names])
        return classes[np.arange(len(self)) % len(classes)]

    def apart(self, interval):
        """All windows, and their videos: one each, so whatever `interval` they lie apart."""
        del interval
        return np.arange(len(self)), np.arange(len(self))

    def motion(self, index):
        """The exact flow of window `index` and where it can be followed: see `vgan.data.scenes`."""
        index = range(len(self))[operator.index(index)]
        return self._scene(index).motion(self.clip.height, self.clip.width)

    def masks(self, index):
        """Where each thing in window `index` is seen, nearest first: bool `[objects, T, H, W]`."""
        index = range(len(self))[operator.index(index)]
        return self._scene(index).masks(self.clip.height, self.clip.width)

    @property
    def fingerprint(self):
        """A short hex digest of everything that determines the windows."""
        *fields, outlined, scene, label = dataclasses.astuple(self)
        fields += ["outlined"] if outlined else []
        fields += [scene] if scene != "forms" else []
        fields += [f"by {label}"] if label else []
        text = repr((_DRAWING_VERSION, *fields))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _scene(self, index, times=None):
        if times is None:
            times = np.arange(self.clip.frames) * self.frame_step
        stream = 2 * self.seed + (self.split == "test")
        random = np.random.Generator(np.random.Philox(key=np.array([stream, index], np.uint64)))
        how = {"textured": self.textured, "outlined": self.outlined}
        how = how if self.scene == "forms" else {}
        draw = spec.resolve(self.scene, _SCENES)
        turn = index % len(self._names)
        return draw(random, turn, self.clip, times, self.objects, **how)
