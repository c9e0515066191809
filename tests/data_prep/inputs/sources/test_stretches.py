"""Stretches far into a file, which a container is wound to, are what reading it all would give."""

from fractions import Fraction

import av
import numpy as np
import pytest

from data_prep.base.settings import Settings
from data_prep.inputs.sources import video

FRAMES = np.zeros([200, 16, 16, 3], np.uint8) + np.arange(200, dtype=np.uint8)[:, None, None, None]


def save(path, offset):
    """H.264 with frames that need later ones; FFmpeg's seconds begin at `offset`."""
    codec = "mpeg2video" if path.suffix == ".mpg" else "libx264"
    options = {"g": "25", "bf": "3", "crf": "1"}
    rate = 25 if codec == "mpeg2video" else 10  # MPEG-2 knows no other.
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.options = options
        stream.height = stream.width = 16
        stream.pix_fmt = "yuv420p"
        for number, values in enumerate(FRAMES):
            frame = av.VideoFrame.from_ndarray(values, format="rgb24")
            frame.pts, frame.time_base = number + 10 * offset, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return str(path)


def shades(path, start, end):
    source = video.VideoSource(path, Settings(), start, end)
    return [int(frame[4, 4, 0]) for frame in source.frames()]


@pytest.mark.parametrize("offset", [0, 3])
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi", "mpg", "flv"])
def test_the_same_frames_wherever_it_begins(tmp_path, monkeypatch, suffix, offset):
    path = save(tmp_path / f"a.{suffix}", offset)
    monkeypatch.setattr(video, "_FAR", Fraction(2))
    ends = [(start / 10, start / 10 + 0.3) for start in range(35, 75, 3)]
    found = [shades(path, *stretch) for stretch in ends]
    monkeypatch.setattr(video, "_FAR", Fraction(1000))
    assert found == [shades(path, *stretch) for stretch in ends]
    assert all(found)


def test_a_container_is_really_wound(tmp_path, monkeypatch):
    path = save(tmp_path / "a.mp4", 0)
    counts = []
    decode = video._decode

    def counted(*arguments):
        counts.append(0)
        for frame in decode(*arguments):
            counts[-1] += 1
            yield frame

    monkeypatch.setattr(video, "_decode", counted)
    assert len(shades(path, 15.0, 15.5)) == 5
    assert max(counts) < 120  # Of 155.


@pytest.mark.parametrize("start", [1e3, 1e15, 1e300])
def test_a_stretch_behind_the_end_is_empty(tmp_path, start):
    assert shades(save(tmp_path / "a.mp4", 0), start, float("inf")) == []
