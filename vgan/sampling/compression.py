"""Videos as little as a model needs of them: its latents, or every so many-th frame.

Each way packs an iterable of frames uint8 [H, W, 3], and restores them again.
"""

import dataclasses
import itertools
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from vgan.core.clip import to_float, to_uint8
from vgan.core.errors import DataError, UsageError
from vgan.media.packed import picture
from vgan.media.source import open_pictures
from vgan.sampling.files import complete
from vgan.tasks import ways

QUARTER = 0.25
"""Of a deviation, to which latents are rounded unless somebody says otherwise."""


class ByKeyFrames:
    """Every so many-th frame as a picture; a model of interpolation makes those between.

    Args:
      model: sampling.Model; part: task.Task of one task that it was trained on.
      mark: text that tells the model from others.
      quality: of the pictures, 0 to 100.
      label: int, the class.
    Raises:
      UsageError: a task that doesn't raise the frame rate.
    """

    def __init__(self, model, part, mark, quality, label=0):
        way = part.way(model.clip.frames)
        if not isinstance(way, ways.Raised):
            raise UsageError(
                f"--task={part.text}: of clips of {model.clip.frames} frames gives no 4 or more at "
                "an even distance, to make others between. Give a run of --model=autoencoder, or "
                "of --task=interpolation(every=4) and --frames=16"
            )
        self._model, self._part, self._rate = model, part, way.rate
        self.mark, self._quality, self._label = mark, quality, label

    def pack(self, frames, about):
        """The Packed of frames, all else of which `about` says, a Packed without frames."""
        pictures, count = [], 0
        for count, frame in enumerate(frames, start=1):
            if (count - 1) % self._rate == 0:
                pictures.append(picture(frame, self._quality))
        how = {"every": self._rate, "label": self._label, "pictures": pictures}
        return about._replace(frames=count, model=self.mark, **how)

    def restore(self, packed):
        """An iterator over the frames of a Packed; raises DataError for one that doesn't fit."""
        if packed.every != self._rate:
            kept = "latents" if packed.pictures is None else f"each {packed.every}th frame"
            raise DataError(
                f"packed: holds {kept}, --task={self._part.text} goes by each {self._rate}th. Give "
                "the run and the --task that packed it"
            )
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / f"{n:06d}.webp" for n in range(len(packed.pictures))]
            for path, data in zip(paths, packed.pictures, strict=True):
                path.write_bytes(data)
            source = open_pictures(paths)
            if tuple(source.size) != packed.size:
                raise DataError(f"packed: pictures of {source.size}, but frames of {packed.size}")
            made = complete(self._model, self._part, source, label=packed.label)
            yield from itertools.islice(made.frames, packed.frames)


class ByLatents:
    """A compressor's latents, rounded; of whole frames, as many at a time as its clips have.

    Args:
      open_codec: ClipSpec -> the codec of a compressor for clips of that size, with its `clip` and
        `grid`: vgan.models.autoencoder.latents.
      clip: ClipSpec that the compressor was trained on.
      mark: text that tells the compressor from others.
      step: of the grid to which latents are rounded, in deviations; None for a quarter, or for
        the levels that they lie on.
    """

    def __init__(self, open_codec, clip, mark, step):
        self._open, self._clip, self.mark, self._step = open_codec, clip, mark, step
        small = open_codec(clip).clip
        self._cell = clip.height // small.height, clip.width // small.width

    def pack(self, frames, about):
        """The Packed of frames, all else of which `about` says, a Packed without frames.

        The last frame is repeated to a whole window, as are the last row and column to a place.
        """
        codec, clip = self._opened(about.size)
        if codec.grid is not None and self._step is not None:
            raise UsageError("--step: latents of this run lie on levels of their own. Drop it")
        step = None if codec.grid is not None else self._step or QUARTER
        grid, codes, count = _grid(codec, step), [], 0
        encode = _compiled(codec.encode, clip.shape)
        for window in _windows(frames, clip.frames):
            count += len(window)
            window = np.stack(window + window[-1:] * (clip.frames - len(window)))
            padding = [(0, a - b) for a, b in zip(clip.shape, window.shape, strict=True)]
            video = to_float(np.pad(window, padding, mode="edge"))
            codes.append(np.round(encode(video[None])[0] / grid).astype(np.int8))
        if not codes:
            return about
        # Numbers of one channel beside each other, as they are alike.
        codes = np.ascontiguousarray(np.moveaxis(np.stack(codes), -1, 0))
        return about._replace(frames=count, model=self.mark, step=step, codes=codes)

    def restore(self, packed):
        """An iterator over the frames of a Packed; raises DataError for one that doesn't fit."""
        codec, clip = self._opened(packed.size)
        windows = -(-packed.frames // clip.frames)
        expected = (codec.clip.channels, windows, *codec.clip.shape[:3])
        leveled = packed.step is None
        if (
            packed.codes is None
            or packed.codes.shape != expected
            or leveled == (codec.grid is None)
        ):
            raise DataError("packed: holds no latents of this model. Give the run that packed it")
        decode, left = _compiled(codec.decode, codec.clip.shape), packed.frames
        (height, width), grid = packed.size, _grid(codec, packed.step)
        for window in np.moveaxis(packed.codes, 0, -1):
            made = decode((window * grid).astype(np.float32)[None])[0]
            yield from to_uint8(made)[: min(left, clip.frames), :height, :width]
            left -= clip.frames

    def _opened(self, size):
        whole = [-(-side // cell) * cell for side, cell in zip(size, self._cell, strict=True)]
        clip = dataclasses.replace(self._clip, height=whole[0], width=whole[1])
        return self._open(clip), clip


def _grid(codec, step):
    # Latents of deviation 1 are a third of that where a codec gives them.
    return codec.grid if step is None else step / 3


def _compiled(function, shape):
    signature = [tf.TensorSpec([1, *shape], tf.float32)]
    compiled = tf.function(function, input_signature=signature, autograph=False)
    return lambda values: compiled(tf.constant(values)).numpy()


def _windows(frames, length):
    frames = iter(frames)
    while window := list(itertools.islice(frames, length)):
        yield window
