"""Decoded frames as they are to be shown: in their time, without combs, over a ground."""

import av
import numpy as np

from vgan.media.stream import colour_matrix

# FFmpeg's own decoders of these drop the transparency.
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def decoded(container, stream):
    """The frames of a stream, `av.VideoFrame`, with the times at which they are shown."""
    frames = _decoded(container, stream)
    if container.format.name == "avi":
        frames = map(_stamped, frames)
    return _deinterlaced(frames)


def has_alpha(frame):
    """Whether a decoded frame can be transparent."""
    return any(part.is_alpha for part in frame.format.components)


def pixels(frame, size, placed, background=(0, 0, 0)):
    """A decoded frame, uint8 [H, W, 3], RGB, upright, over a colour where it is transparent.

    Args:
      frame: `av.VideoFrame`.
      size: height and width of what is given, pixels.
      placed: its `stream.Placing`.
      background: (red, green, blue) in [0, 255].
    """
    transposed, rows_reversed, columns_reversed = placed
    height, width = size[::-1] if transposed else size
    form = "rgba" if has_alpha(frame) else "rgb24"
    found = frame.to_ndarray(
        format=form, width=width, height=height, src_colorspace=colour_matrix(frame)
    )
    if form == "rgba":
        found = over(found, background)
    found = found.transpose(1, 0, 2) if transposed else found
    rows, columns = (slice(None, None, -1 if it else 1) for it in (rows_reversed, columns_reversed))
    return np.ascontiguousarray(found[rows, columns])


def over(frame, background):
    """A frame with opacity, uint8 [H, W, 4], over (red, green, blue): uint8 [H, W, 3]."""
    opaque = frame[..., 3:] / np.float32(255)
    mixed = frame[..., :3] * opaque + np.float32(background) * (1 - opaque)
    return np.rint(mixed).astype(np.uint8)


def _decoded(container, stream):
    decoder = _WITH_ALPHA.get(stream.codec_context.name)
    if decoder and stream.metadata.get("alpha_mode") == "1":
        context = av.CodecContext.create(decoder, "r")
        packets = container.demux(stream)
        return (frame for packet in packets for frame in context.decode(packet))
    return container.decode(stream)


def _stamped(frame):
    # AVI has no times: FFmpeg's are of the order in which frames are stored, one tick long.
    frame.pts, frame.duration = frame.dts, 0
    return frame


def _deinterlaced(frames):
    """The same, from the first frame that says it is interlaced on through FFmpeg's filter."""
    chain = geometry = None
    for frame in frames:
        if chain is None and not frame.interlaced_frame:
            yield frame
            continue
        of_this = (frame.width, frame.height, frame.format.name, frame.time_base)
        if of_this != geometry:
            yield from _pulled(chain)
            chain, geometry = _chain(frame), of_this
        chain.push(frame)
        yield from _pulled(chain, ended=False)
    yield from _pulled(chain)


def _chain(frame):
    chain = av.filter.Graph()
    chain.threads = 1  # What comes out is the same with more, and workers have one each.
    nodes = [
        chain.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
        ),
        # As many frames as before, and those that aren't interlaced as they are.
        chain.add("bwdif", "mode=send_frame:deint=interlaced"),
        chain.add("buffersink"),
    ]
    chain.link_nodes(*nodes).configure()
    return chain


def _pulled(chain, ended=True):
    if chain is None:
        return
    if ended:
        chain.push(None)
    while True:
        try:
            yield chain.pull()
        except (av.BlockingIOError, av.EOFError):
            return
