"""Decoded frames, cut and resized by FFmpeg's filters in one pass.

FFmpeg crops and averages the stored planes before it makes RGB of them, so that what isn't kept is
never converted: OpenCV's reader and area resize take 1.6 times as long for 640x360 at 64x64.
"""

import itertools

import av
import numpy as np

from data_prep.inputs.framing import pad
from vgan.media.decoding import has_alpha
from vgan.media.stream import COLOUR_MATRICES, colour_matrix, placing

_PLACING = ("transpose=0", "vflip", "hflip")
_EXACT = "accurate_rnd+full_chroma_int+full_chroma_inp"


class Scaler:
    """Makes the written frame, uint8 `[H, W, 3]`, RGB, upright, of a decoded `av.VideoFrame`.

    Args:
      framing: `Framing`.
      background: (red, green, blue) where a frame is transparent.
      pixel_aspect: width of a stored pixel over its height.
    """

    def __init__(self, framing, background, pixel_aspect):
        self._framing, self._background = framing, np.float32(background)
        self._aspect = float(pixel_aspect)
        self._geometry = self._chain = None
        self._last = self._pixels = None

    def __call__(self, frame):
        if frame is not self._last:  # Sampling may repeat it.
            self._last, self._pixels = frame, self._scaled(frame)
        return self._pixels

    def _scaled(self, frame):
        geometry = (frame.width, frame.height, frame.format.name, frame.rotation, frame.colorspace)
        if geometry != self._geometry:
            self._geometry, self._chain = geometry, self._build(frame)
        self._chain.push(frame)
        pixels = self._chain.pull().to_ndarray()
        if pixels.shape[-1] == 4:  # Colours are weighted by their opacity already.
            through = (255 - pixels[..., 3:]) / np.float32(255)
            pixels = np.rint(pixels[..., :3] + through * self._background).clip(0, 255)
        return pad(pixels.astype(np.uint8, copy=False), self._layout)

    def _build(self, frame):
        placed = placing(frame)
        size, aspect = (frame.height, frame.width), self._aspect
        if placed.transposed:
            size, aspect = size[::-1], 1 / aspect
        self._layout = layout = self._framing.layout(*size, aspect)
        top, left, height, width = layout.box
        alpha = has_alpha(frame)
        cubic = layout.grows or self._framing.interpolation == "cubic"
        way = "bicubic" if cubic else "area"
        matrix = COLOUR_MATRICES[colour_matrix(frame)]
        steps = [
            *itertools.compress(_PLACING, placed),
            f"crop={width}:{height}:{left}:{top}:exact=1",
            *(["format=gbrap", "premultiply=inplace=1"] if alpha else []),
            f"scale={layout.size[1]}:{layout.size[0]}:flags={way}+{_EXACT}:in_color_matrix={matrix}",
            f"format={'rgba' if alpha else 'rgb24'}",
        ]
        return _graph(frame, steps)


def _graph(frame, steps):
    graph = av.filter.Graph()
    graph.threads = 1  # Each worker has a processor; more threads wait for one another.
    last = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    for step in steps:
        name, _, arguments = step.partition("=")
        following = graph.add(name, arguments) if arguments else graph.add(name)
        last.link_to(following)
        last = following
    last.link_to(graph.add("buffersink"))
    graph.configure()
    return graph
