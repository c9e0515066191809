"""Videos of all kinds, made as they are needed."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest


@pytest.fixture(scope="session")
def save_video():
    """Saves frames, uint8 `[T, H, W, 3 or 4]`, or uint16 `[T, H, W]`, as a video file."""

    def save(path, frames, codec="ffv1", pixels="bgr0", rate=10, times=None, **options):
        path.parent.mkdir(parents=True, exist_ok=True)
        source = {2: "gray16le", 3: "rgb24", 4: "rgba"}[frames.shape[-1] if frames.ndim > 3 else 2]
        front = {"movflags": "+faststart"} if path.suffix == ".mp4" else {}
        with av.open(str(path), "w", options=front) as container:
            stream = container.add_stream(codec, rate=rate, options=options)
            stream.height, stream.width = frames.shape[1:3]
            stream.pix_fmt = pixels
            if times is not None:
                stream.codec_context.time_base = Fraction(1, 1000)
            for number, values in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(values), format=source)
                if times is not None:
                    frame.pts, frame.time_base = round(times[number] * 1000), Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return save


@pytest.fixture(scope="session")
def turn():
    """Makes an mp4 file say that it is to be shown turned by 90, 180 or 270 degrees."""

    def patch(path, degrees):
        cosine, sine = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
        data = bytearray(path.read_bytes())
        matrix = data.index(b"tkhd") + 4 + 40
        one = 1 << 16
        values = [cosine * one, sine * one, 0, -sine * one, cosine * one, 0, 0, 0, 1 << 30]
        data[matrix : matrix + 36] = struct.pack(">9i", *values)
        path.write_bytes(data)

    return patch
