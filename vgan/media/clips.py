"""Videos and pictures for people: mp4, GIF and WebP files, grids of clips, strips of frames."""

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image

from vgan.core.arguments import check_rate
from vgan.core.errors import UsageError
from vgan.core.files import replacing
from vgan.media import writer
from vgan.media.imprint import PLAIN, exif

_GAP, _GAP_SHADE = 2, 32
_PALETTE_VALUES = 2**19


def write_video(path, video, fps, zoom=1, imprint=PLAIN):
    """Writes a clip to a file that appears only when it is complete, replacing an older one.

    `.mp4` is H.264 that browsers play; an odd height or width gains a copy of its last row or
    column, which 4:2:0 colour needs. `.gif` has 256 colours; `.webp` is lossless. Both of these
    loop for ever and merge equal neighbouring frames into one longer frame.

    Args:
      path: the file; its suffix, `.mp4`, `.gif` or `.webp`, chooses the format.
      video: uint8 `[T, H, W, 3]`.
      fps: frames per second, 0.01 to 1000; a GIF has whole hundredths of a second per frame, right
        on average, and no more than 50 frames per second.
      zoom: whole factor by which every pixel is enlarged.
      imprint: what the file says of where it comes from.
    Raises:
      UsageError: an unknown suffix, an unusable frame rate.
      StorageError: the file can't be written.
    """
    write_frames(path, _prepared(video, fps, zoom), fps, imprint)


def write_frames(path, frames, fps, imprint=PLAIN):
    """Writes a clip whose frames come one by one, as `write_video` writes one that is there.

    Only `.mp4` is written in constant memory.

    Args:
      path: as there.
      frames: iterable of uint8 `[H, W, 3]`, one or more.
      fps, imprint: as there.
    Returns:
      How many frames there were.
    Raises:
      UsageError, StorageError: as there.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".mp4":
        return writer.write(path, frames, fps, imprint=imprint)
    if suffix not in _WRITERS:
        known = ", ".join([".mp4", *_WRITERS])
        raise UsageError(f"video {str(path)!r}: unknown suffix {path.suffix!r}. Known: {known}")
    check_rate(fps)
    with replacing(path) as temporary:
        count = _WRITERS[suffix](temporary, frames, fps, imprint.comment)
        imprint.seal(temporary, suffix)
        return count


def gif_bytes(video, fps, zoom=1):
    """The bytes of the GIF that `write_video` would write; arguments and errors as there."""
    return _in_memory(_write_gif, _prepared(video, fps, zoom), fps)


def webp_bytes(video, fps):
    """The bytes of the WebP that `write_video` would write; arguments and errors as there."""
    return _in_memory(_write_webp, _prepared(video, fps, zoom=1), fps)


def _in_memory(write, video, fps):
    buffer = io.BytesIO()
    write(buffer, video, fps)
    return buffer.getvalue()


def grid(videos, columns=None):
    """Lays clips out row by row, with a thin dark gap between them, into one clip.

    Args:
      videos: uint8 `[N, T, H, W, 3]`.
      columns: how many clips stand in a row; None makes the picture nearly square.
    Returns:
      uint8 `[T, rows * (H + 2) - 2, columns * (W + 2) - 2, 3]`; cells left over are dark.
    """
    videos = _checked(videos, "NTHWC")
    count, frames, height, width, _ = videos.shape
    if columns is None:
        columns = min(count, math.ceil(math.sqrt(count * height / width)))
    rows = math.ceil(count / columns)
    size = rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP
    sheet = np.full((frames, *size, 3), _GAP_SHADE, np.uint8)
    for number, video in enumerate(videos):
        top = number // columns * (height + _GAP)
        left = number % columns * (width + _GAP)
        sheet[:, top : top + height, left : left + width] = video
    return sheet


def strip(videos, count=8):
    """Lays evenly spaced frames, the first and the last among them, side by side in a picture.

    Args:
      videos: uint8 `[T, H, W, 3]`, or `[N, T, H, W, 3]` for one row per clip.
      count: frames per row; a shorter clip shows each of its frames once.
    Returns:
      uint8 `[rows * (H + 2) - 2, columns * (W + 2) - 2, 3]`.
    """
    videos = np.asarray(videos)
    videos = _checked(videos[None] if videos.ndim == 4 else videos, "NTHWC")
    frames = videos.shape[1]
    chosen = np.linspace(0, frames - 1, min(count, frames)).round().astype(int)
    stills = videos[:, chosen].reshape(-1, 1, *videos.shape[2:])
    return grid(stills, columns=len(chosen))[0]


def enlarged(frames, zoom):
    """Frames one by one, every pixel enlarged `zoom` times."""
    return (frame.repeat(zoom, axis=0).repeat(zoom, axis=1) for frame in frames)


def _write_gif(file, frames, fps, comment=""):
    # One palette for the whole clip, or its colours flicker; a sample of a large clip is enough.
    frames = list(frames)
    step = math.ceil(math.sqrt(sum(pixels.size for pixels in frames) / _PALETTE_VALUES))
    sample = np.concatenate([pixels[::step, ::step] for pixels in frames])
    palette = Image.fromarray(sample).quantize(256, method=Image.Quantize.MEDIANCUT)
    frames = [Image.fromarray(pixels).quantize(palette=palette) for pixels in frames]
    # Browsers slow frames shorter than 20 ms down to 100 ms.
    durations = np.maximum(_durations(len(frames), fps, unit=10), 20)
    return _write_animation(file, "GIF", frames, durations, comment=comment)


def _write_webp(file, frames, fps, comment=""):
    frames = [Image.fromarray(pixels) for pixels in frames]
    durations = _durations(len(frames), fps, unit=1)
    about = {"exif": exif(comment)} if comment else {}
    return _write_animation(file, "WEBP", frames, durations, lossless=True, **about)


_WRITERS = {".gif": _write_gif, ".webp": _write_webp}


def _write_animation(file, kind, frames, durations, **options):
    options |= {"duration": durations.tolist(), "loop": 0}
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], **options)
    return len(frames)


def _durations(frames, fps, unit):
    """Milliseconds of each frame, whole units, whose sums stay nearest to the true times."""
    ends = np.arange(frames + 1) * 1000 / fps
    return np.diff((ends / unit).round().astype(int) * unit)


def _prepared(video, fps, zoom):
    check_rate(fps)
    return _checked(video, "THWC").repeat(zoom, axis=-3).repeat(zoom, axis=-2)


def _checked(pixels, axes):
    pixels, form = np.asarray(pixels), ", ".join(axes[:-1])
    shape = pixels.shape
    if pixels.dtype != np.uint8 or len(shape) != len(axes) or shape[-1] != 3 or 0 in shape:
        raise ValueError(f"pixels are {pixels.dtype} {shape}: pass uint8 [{form}, 3]")
    return pixels
