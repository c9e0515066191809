"""H.264 in an mp4 file as browsers play it, one frame after the other."""

import io
from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc


def create(path, comment=""):
    """An empty mp4 container to write into; what is announced comes first, so that it streams."""
    container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
    container.metadata["comment"] = comment
    return container


def add_video(container, fps, size):
    """A video stream in a container of `create`.

    Args:
      container: where nothing was written yet.
      fps: frames per second.
      size: height and width of the frames in pixels; an odd one gains a copy of the last row or
        column, which 4:2:0 colour needs.
    Returns:
      The stream, to be given to `encode`. With its usual preset x264 writes other bytes from run to
      run, on one thread too, for 24 small frames; with `ultrafast` it never did in 60 runs.
    """
    stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
    stream.height, stream.width = (side + side % 2 for side in size)
    stream.pix_fmt = "yuv420p"
    stream.options = {"crf": "16"}
    # What the frames are, said aloud: players guess from the picture's size otherwise.
    context = stream.codec_context
    context.colorspace = Colorspace.ITU601
    context.color_range = ColorRange.MPEG
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.IEC61966_2_1
    return stream


def beneath(open_frames, fps, size, most):
    """The best H.264 of some frames that takes at most so many bytes, its container left out.

    Args:
      open_frames: () -> iterable of the frames, uint8 [H, W, 3]; they are read several times.
      fps, size: as of `add_video`.
      most: bytes.
    Returns:
      bytes, and the rate factor (CRF) they were made by; of the coarsest, 51, if none fits.
    """
    low, high, found = 0, 51, None
    while low <= high:
        crf = (low + high) // 2
        data = _encoded(open_frames(), fps, size, crf)
        if len(data) <= most or crf == 51:
            found, high = (data, crf), crf - 1
        else:
            low = crf + 1
    return found


def decoded(data, size):
    """An iterator over the frames, uint8 [H, W, 3], of what `beneath` gave."""
    with av.open(io.BytesIO(data), format="h264") as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")[: size[0], : size[1]]


def _encoded(frames, fps, size, crf):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="h264") as container:
        stream = add_video(container, fps, size)
        stream.options = {"crf": str(crf)}
        for frame in frames:
            container.mux(encode(stream, frame))
        container.mux(stream.encode())
    return buffer.getvalue()


def encode(stream, pixels):
    """The packets that a further frame, uint8 `[H, W, 3]`, gives."""
    height, width, _ = pixels.shape
    pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24"))
