"""Whole files through a model that completes what is given of clips."""

import collections
import itertools
import typing
from fractions import Fraction

import numpy as np
import tensorflow as tf

from vgan.core.clip import to_float, to_uint8
from vgan.core.errors import DataError, UsageError
from vgan.media.tiles import process_tiled
from vgan.media.windows import joined, rounded, through
from vgan.sampling.graphs import CHUNK
from vgan.tasks import ways
from vgan.tasks.given import HIDDEN, HINT, KNOWN


class Completed(typing.NamedTuple):
    """What becomes of a file.

    Attributes:
      frames: iterator of uint8 [H, W, 3].
      fps: frames per second, a Fraction.
      total: how many frames, as far as the file tells, or None.
    """

    frames: typing.Iterator
    fps: Fraction
    total: int | None


def complete(model, part, source, seed=0, label=0, mask=None, num_frames=None):
    """A file through a model, in windows and tiles that overlap and blend.

    What is done is the way of the task: see tasks.ways.

    Args:
      model: sampling.Model.
      part: task.Task of one task that it was trained on.
      source: media.source.VideoSource.
      seed: int of the latents, the same for all windows and tiles.
      label: int, the class.
      mask: media.source.VideoSource, white where pixels are to be made anew, of a picture for all
        frames or of a video of as many; for inpainting alone.
      num_frames: how many a prediction adds, None for what one clip holds.
    Returns:
      Completed.
    Raises:
      UsageError: a task that has no way with whole files, a mask or a number that isn't asked
        for or is missing, a mask of another size.
      DataError: too few frames to go on from, or another number than the task or the mask gives.
    """
    way = _way(part, model.clip.frames)
    _check_asked(part, "mask", mask is not None, isinstance(way, ways.Inpainted))
    ahead = isinstance(way, ways.Continued)
    _check_asked(part, "num_frames", num_frames is not None, ahead, needed=False)
    use = _Use(model, seed, label)
    match way:
        case ways.Restored():
            return _restored(use, way, source)
        case ways.Inpainted():
            return _inpainted(use, source, mask)
        case ways.Continued(given):
            return _continued(use, source, given, num_frames or model.clip.frames - given)
        case ways.Raised(rate):
            return _raised(use, source, rate)
        case ways.Between(positions):
            return _between(use, part, source, list(positions))


def overlap_of(clip):
    """Frames, rows and columns that neighbouring blocks of a clip's size share.

    Windows of 16 frames begin 9 apart, an odd number: what a network does at each second or fourth
    frame, by its strides in time, is evened out where two of them blend.
    """
    return max(clip.frames // 2 - 1, 0), clip.height // 4, clip.width // 4


def overlap_of_made(clip):
    """Rows and columns that neighbours share where all of a frame is made, so that they differ."""
    return 3 * clip.height // 8, 3 * clip.width // 8


class _Use:
    """A model with the latents and the class that all blocks of a file share."""

    def __init__(self, model, seed, label):
        self.clip, self._model, self._seed, self._label = model.clip, model, seed, label
        self.overlap = overlap_of(self.clip)

    def __call__(self, pixels, kinds, sample=0):
        number = len(pixels)
        kinds = np.broadcast_to(np.uint8(kinds), [*pixels.shape[:-1], 1])
        samples, labels = np.full(number, sample), np.full(number, self._label)
        return self._model.complete(pixels, kinds, self._seed, samples, labels)

    def on_window(self, frames, kinds, sample):
        """What is made of one clip of frames of any size, in tiles, float32 [T, H, W, C]."""

        def process(block):
            return self(block, kinds, sample)

        overlap = overlap_of_made(self.clip)
        return process_tiled(frames, process, self.clip.shape[1:3], overlap, batch=CHUNK)

    def through(self, frames, process, **how):
        """As windows.through, `clip` and `overlap` being the model's unless they are given."""
        how = {"clip": self.clip.shape[:3], "overlap": self.overlap, "batch": CHUNK} | how
        return through(frames, process, **how)


def _way(part, frames):
    if not part.shows:
        raise UsageError(
            f"--input: this model was trained with --task={part.text}, which is given nothing. "
            "Drop the flag, or train another --task"
        )
    way = part.way(frames)
    if way is None:
        raise UsageError(
            f"--task={part.text}: made for clips, there is no way to pass a whole file through "
            "it. With files go tasks that restore all frames, that give some whole frames, and "
            "inpainting; one of your own returns given.Kind(show, file=...), see vgan/tasks/ways.py"
        )
    return way


def _check_asked(part, flag, given, asked, needed=True):
    if given and not asked:
        raise UsageError(f"--{flag}: --task={part.text} has no use for it. Drop it")
    if asked and needed and not given:
        raise UsageError(f"--{flag}: not given, and needed with --task={part.text}")


def _restored(use, way, source):
    scale = way.scale
    size = [side // scale for side in use.clip.shape[1:3]]

    def process(block):
        if scale > 1:
            block = np.asarray(to_uint8(way.enlarged(to_float(tf.constant(block)))))
        return use(block, HINT)

    clip, overlap = (use.clip.frames, *size), (use.overlap[0], *(side // 4 for side in size))
    frames = use.through(source, process, clip=clip, overlap=overlap, scale=scale)
    return Completed(frames, source.fps, source.num_frames)


def _inpainted(use, source, mask):
    height, width = source.size
    # An mp4 of an odd size has a further row or column.
    if tuple(mask.size) not in ((height, width), (height + height % 2, width + width % 2)):
        raise UsageError(
            f"--mask: {mask.size[0]}x{mask.size[1]}, the input is {height}x{width}. Give one of "
            "the same size"
        )

    def process(block):
        return use(block[..., :3], np.where(block[..., 3:] > 127, HIDDEN, KNOWN))

    def masked():
        layers = itertools.cycle(mask) if mask.num_frames == 1 else iter(mask)
        for frame in source:
            if (layer := next(layers, None)) is None:
                raise DataError(
                    f"mask {str(mask.path)!r}: ends before the input. Give a longer one"
                )
            layer = np.uint8(layer[:height, :width].mean(axis=-1, keepdims=True))
            yield np.concatenate([frame, layer], axis=-1)

    return Completed(use.through(masked(), process), source.fps, source.num_frames)


def _raised(use, source, rate):
    given = use.clip.frames // rate
    kinds = np.full([use.clip.frames, 1, 1, 1], HIDDEN)
    kinds[::rate] = KNOWN

    def process(block):
        return use(np.repeat(block, rate, axis=1), kinds)

    # What lies after a window's last given frame is mostly left to the next window.
    clip, overlap = (given, *use.clip.shape[1:3]), (given // 2, *use.overlap[1:])
    frames = use.through(source, process, clip=clip, overlap=overlap, rate=rate)
    return Completed(frames, source.fps * rate, source.num_frames and source.num_frames * rate)


def _between(use, part, source, given):
    last, number = use.clip.frames - 1, len(given)
    goes_on = number > 1 and given[0] == 0 and given[-1] == last
    nearest = np.abs(np.arange(last + 1)[:, None] - given).argmin(axis=1)
    kinds = np.full([last + 1, 1, 1, 1], HIDDEN)
    kinds[given] = KNOWN

    def check(count):
        if count != number and not (goes_on and count > number and (count - 1) % (number - 1) == 0):
            more = f", or {number - 1} more for each further clip" if goes_on else ""
            raise DataError(
                f"input {str(source.path)!r}: {count} frames, and --task={part.text} gives "
                f"{number} of a clip. Give as many{more}"
            )

    def frames():
        held, turn, count = [], 0, 0
        for count, frame in enumerate(source, start=1):
            held.append(frame)
            if count > number and not goes_on:
                break
            if len(held) == number:
                made = use.on_window([held[i] for i in nearest], kinds, turn)
                # Each later clip begins with the frame that the one before ended with.
                yield from map(rounded, made[min(turn, 1) :])
                held, turn = held[-1:], turn + 1
        check(count)

    if source.num_frames:
        check(source.num_frames)
    if not goes_on:
        return Completed(frames(), source.fps, last + 1)
    rate = Fraction(last, number - 1)
    total = source.num_frames and int((source.num_frames - 1) * rate) + 1
    return Completed(frames(), source.fps * rate, total)


def _continued(use, source, given, added):
    kinds = np.full([use.clip.frames, 1, 1, 1], HIDDEN)
    kinds[:given] = KNOWN

    def frames():
        last = collections.deque(maxlen=given)
        for frame in source:
            last.append(frame)
            yield frame
        if len(last) < given:
            raise DataError(
                f"video {str(source.path)!r}: {len(last)} frames, and the model goes on from "
                f"{given}. Give a longer one"
            )
        yield from _onwards(use, last, kinds, added)

    return Completed(frames(), source.fps, source.num_frames and source.num_frames + added)


def frames_of_turn(added):
    """After how many frames a prediction takes its next turn, where a clip adds `added`."""
    return (added + 1) // 2


def _onwards(use, last, kinds, wanted):
    """So many frames after the last ones, in turns with latents of their own. The second half of
    each blends with the first half of the next, so that none begins with a jump.
    """
    later, turn = None, 0
    while wanted:
        window = [*last, *[last[-1]] * (use.clip.frames - len(last))]
        made = use.on_window(window, kinds, turn)
        made = made[len(last) :] if later is None else joined(later, made[len(last) :])
        ready = wanted if wanted <= len(made) else frames_of_turn(len(made))
        later = made[ready:].copy()  # Or the whole would be kept.
        for frame in map(rounded, made[:ready]):
            last.append(frame)
            yield frame
        wanted, turn = wanted - ready, turn + 1
