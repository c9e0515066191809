"""An mp4 file written one frame at a time, with the sound of another file."""

import contextlib
from fractions import Fraction
from pathlib import Path

from vgan.core.arguments import check_rate
from vgan.core.errors import UsageError
from vgan.core.files import replacing
from vgan.media import mp4
from vgan.media.imprint import PLAIN
from vgan.media.sound import Sound

_LONGEST_SIDE = 16384


@contextlib.contextmanager
def writer(path, fps, pixel_aspect=1, audio_of=None, imprint=PLAIN):
    """Opens an mp4 file to write frames to; it appears when the block ends without an error.

    H.264 as `clips.write_video` writes it: an odd height or width gains a copy of its last row
    or column.

    Args:
      path: the file, with the suffix `.mp4`; an older one is replaced.
      fps: frames per second, 0.01 to 1000.
      pixel_aspect: width of a pixel over its height.
      audio_of: a `VideoSource` that the frames are made of, or None. Its sound is copied, if it has
        any, as far as its pictures have been read, to a packet (some 20 ms).
      imprint: what the file says of where it comes from.
    Returns:
      A context manager that gives an object with `write(frame)`, uint8 `[H, W, 3]`, all alike.
    Raises:
      UsageError: another suffix, an unusable frame rate, frames that are too large.
      DataError: the sound can't be read.
      StorageError: the file can't be written.
      ValueError: frames of two sizes, or none.
    """
    path = Path(path)
    if path.suffix.lower() != ".mp4":
        raise UsageError(f"video {str(path)!r}: unknown suffix {path.suffix!r}. Known: .mp4")
    check_rate(fps)
    with replacing(path) as temporary:
        with (
            mp4.create(temporary, imprint.comment) as container,
            contextlib.ExitStack() as stack,
        ):
            result = _Writer(container, fps, pixel_aspect, stack, audio_of)
            yield result
            result.finish()
        imprint.seal(temporary, ".mp4")


def write(path, frames, fps, pixel_aspect=1, audio_of=None, imprint=PLAIN):
    """Writes frames as `writer` does, whose arguments these are, and gives their number."""
    count = 0
    with writer(path, fps, pixel_aspect, audio_of, imprint) as file:
        for frame in frames:
            file.write(frame)
            count += 1
    return count


class _Writer:
    def __init__(self, container, fps, pixel_aspect, stack, audio_of):
        self._container, self._stack = container, stack
        self._fps, self._pixel_aspect = fps, pixel_aspect
        self._audio_of = audio_of
        self._size = self._video = self._sound = None
        self._count = 0

    def write(self, frame):
        """Writes a frame, and the sound up to its time."""
        if self._size is None:
            self._begin(frame.shape)
        if frame.shape != self._size:
            raise ValueError(f"frame {self._count} is {frame.shape}, those before {self._size}")
        if self._sound:
            self._sound.mux(min(self._count / self._fps, self._audio_of.seconds_read))
        self._container.mux(mp4.encode(self._video, frame))
        self._count += 1

    def finish(self):
        """Writes what the encoder still holds, and the rest of the sound."""
        if self._size is None:
            raise ValueError("no frame was written")
        self._container.mux(self._video.encode())
        if self._sound:
            self._sound.mux(self._audio_of.seconds_read)

    def _begin(self, size):
        if max(size) > _LONGEST_SIDE:
            raise UsageError(
                f"frames of {size[1]}x{size[0]} pixels: H.264 takes at most "
                f"{_LONGEST_SIDE} a side. Make them smaller"
            )
        self._size = size
        self._video = mp4.add_video(self._container, self._fps, size[:2])
        if self._pixel_aspect != 1:
            self._video.codec_context.sample_aspect_ratio = Fraction(self._pixel_aspect)
        if self._audio_of is not None and self._audio_of.has_audio:
            self._sound = Sound(self._audio_of.path, self._audio_of.begin, self._container)
            self._stack.callback(self._sound.close)
        self._container.start_encoding()
