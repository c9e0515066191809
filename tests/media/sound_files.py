"""Small video files with sound, for tests."""

from fractions import Fraction

import av
import numpy as np


def smooth(frames=6, height=32, width=48):
    """Slow gradients that move, so that no two frames are equal."""
    t, y, x = np.mgrid[:frames, :height, :width]
    colours = [4 * x + 5 * t, 6 * y + 20, 220 - 2 * x - 2 * y + 3 * t]
    return np.stack(colours, -1).clip(0, 255).astype(np.uint8)


def clicks(seconds, rate, at):
    """Silence with a short loud tone at each of some times: float32 [1, samples]."""
    sound = np.zeros((1, int(seconds * rate)), np.float32)
    for time in at:
        begin, length = int(time * rate), int(0.02 * rate)
        sound[0, begin : begin + length] = 0.5 * np.sin(np.arange(length) * 0.5)
    return sound


def write(
    path, video, codec="ffv1", pixels="bgr0", fps=10, times=None, sound=None, start=0, options=None,
    **tags,
):  # fmt: skip
    """Writes frames, at even times or at `times` in ms; `sound` is (codec, rate, samples).

    `options` are those of the container, `tags` attributes of the codec.
    """
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=fps)
        stream.height, stream.width = video.shape[1:3]
        stream.pix_fmt = pixels
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        audio = sound and container.add_stream(sound[0], rate=sound[1], layout="mono")
        for number, frame in enumerate(video):
            frame = av.VideoFrame.from_ndarray(frame, format="rgb24")
            if "colorspace" in tags:
                frame = frame.reformat(format=pixels, dst_colorspace=tags["colorspace"])
            frame.time_base = Fraction(1, 1000)
            time = times[number] if times else round(number * 1000 / fps)
            frame.pts = time + round(1000 * start)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if sound:
            frame = av.AudioFrame.from_ndarray(sound[2], format="fltp", layout="mono")
            frame.sample_rate = sound[1]
            frame.pts = round(start * sound[1])
            frame.time_base = Fraction(1, sound[1])
            container.mux(audio.encode(frame))
            container.mux(audio.encode())


def loud_times(path):
    """When a file's sound begins to be loud, in seconds, as a player hears it."""
    found, last = [], -1.0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            samples = np.abs(frame.to_ndarray().astype(np.float32)).max(axis=0)
            samples = samples / (32768 if frame.format.name.startswith("s16") else 1)
            for index in np.nonzero(samples > 0.25)[0]:
                time = float(frame.pts * frame.time_base) + index / frame.sample_rate
                if time > last + 0.05:
                    found.append(time)
                last = time
    return found
