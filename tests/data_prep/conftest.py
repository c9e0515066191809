"""Videos of all kinds, made as they are needed."""

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
