"""Videos as little as a model needs of them: its latents, or every so many-th frame.

Each way packs an iterable of frames uint8 [H, W, 3], and restores them again.
"""

import hashlib
import itertools
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from vgan.core.clip import to_float, to_uint8
from vgan.core.errors import DataError, UsageError
from vgan.media.packed import Packed, picture
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

    def pack(self, frames, fps, size):
        """The Packed of frames."""
        pictures, count = [], 0
        for count, frame in enumerate(frames, start=1):
            if (count - 1) % self._rate == 0:
                pictures.append(picture(frame, self._quality))
        return Packed(float(fps), tuple(size), count, self.mark, pictures=pictures)

    def restore(self, packed):
        """An iterator over the frames of a Packed; raises DataError for one of latents."""
        if packed.pictures is None:
            raise DataError("packed: holds latents. Give the run that packed it")
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / f"{n:06d}.webp" for n in range(len(packed.pictures))]
            for path, data in zip(paths, packed.pictures, strict=True):
                path.write_bytes(data)
            made = complete(self._model, self._part, open_pictures(paths), label=self._label)
            yield from itertools.islice(made.frames, packed.frames)


class ByLatents:
    """A compressor's latents, rounded; of whole frames, as many at a time as its clips have.

    Args:
      open_codec: ClipSpec -> a models.codec.Codec with `clip` and `grid`, see there.
      clip: ClipSpec of the compressor; its height and width don't matter.
      mark: text that tells the compressor from others.
      step: of the grid to which latents are rounded, in deviations; None for a quarter, or for
        the levels that they lie on.
    """

    def __init__(self, open_codec, clip, mark, step):
        self._open, self._clip, self.mark, self._step = open_codec, clip, mark, step

    def pack(self, frames, fps, size):
        """The Packed of frames; each window's last frame is repeated where there are no more."""
        codec, clip = self._opened(size)
        step = None if codec.grid is not None else self._step or QUARTER
        grid, codes, count = _grid(codec, step), [], 0
        encode = _compiled(codec.encode, clip.shape)
        for window in _windows(frames, clip.frames):
            count += len(window)
            window = np.stack(window + window[-1:] * (clip.frames - len(window)))
            padding = [(0, a - b) for a, b in zip(clip.shape, window.shape, strict=True)]
            video = to_float(np.pad(window, padding, mode="edge"))
            codes.append(np.round(encode(video[None])[0] / grid).astype(np.int8))
        # Numbers of one channel beside each other, as they are alike.
        codes = np.moveaxis(np.stack(codes), -1, 0)
        about = float(fps), tuple(size), count, self.mark
        return Packed(*about, codes=np.ascontiguousarray(codes), step=step)

    def restore(self, packed):
        """An iterator over the frames of a Packed; raises DataError for one that doesn't fit."""
        codec, clip = self._opened(packed.size)
        windows = -(-packed.frames // clip.frames)
        expected = (codec.clip.channels, windows, *codec.clip.shape[:3])
        if packed.codes is None or packed.codes.shape != expected:
            raise DataError("packed: holds no latents of this model. Give the run that packed it")
        decode, left = _compiled(codec.decode, codec.clip.shape), packed.frames
        (height, width), grid = packed.size, _grid(codec, packed.step)
        for window in np.moveaxis(packed.codes, 0, -1):
            made = decode((window * grid).astype(np.float32)[None])[0]
            yield from to_uint8(made)[: min(left, clip.frames), :height, :width]
            left -= clip.frames

    def _opened(self, size):
        # Whole places of the compressor, at least its own smallest size.
        sides = [max(16, -(-side // 4) * 4) for side in size]
        clip = type(self._clip)(self._clip.frames, *sides)
        codec = self._open(clip)
        if codec.grid is not None and self._step is not None:
            raise UsageError("--step: latents of this run lie on levels of their own. Drop it")
        return codec, clip


def mark_of(networks):
    """A text that tells trained networks from others."""
    digest = hashlib.sha256()
    for network in networks:
        for weight in network.get_weights():
            digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()[:16]


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
