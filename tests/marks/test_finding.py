import io
import math

import av
import cv2
import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.data import shapes
from vgan.marks import finding, pattern


@pytest.fixture(scope="module")
def clip():
    """A textured clip of 8 frames, uint8 [8, 192, 192, 3]."""
    windows = shapes.windows(ClipSpec(8, 64, 64), 1, "train", num_videos=1, textured=True)
    return np.stack([cv2.resize(frame, (192, 192)) for frame in windows[0][0]])


@pytest.fixture(scope="module")
def marked(clip):
    return np.stack(list(pattern.marked(clip)))


def compressed(video, crf):
    file = io.BytesIO()
    with av.open(file, "w", "mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.height, stream.width = video.shape[1:3]
        stream.pix_fmt, stream.options = "yuv420p", {"crf": str(crf)}
        for frame in video:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    file.seek(0)
    with av.open(file) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def resized(video, side):
    return [cv2.resize(frame, (side, side), interpolation=cv2.INTER_AREA) for frame in video]


def test_it_is_found_at_its_place(clip, marked):
    found = finding.find(marked)
    assert found.z > 20 and found.chance < 1e-80
    assert (found.scale, found.shift) == (1, (0, 0))
    assert finding.find(clip).z < finding.FOUND


@pytest.mark.parametrize("crf", [18, 23, 28])
def test_it_survives_compression(marked, crf):
    assert finding.find(compressed(marked, crf)).z > 10


def test_it_survives_a_cut(marked):
    found = finding.find(compressed(marked[3:, 21:171, 10:160], 23))
    assert found.z > 8
    assert (found.scale, found.shift) == (1, (pattern.SIDE - 10, pattern.SIDE - 21))


@pytest.mark.parametrize("side", [96, 150, 384])
def test_it_survives_another_size(marked, side):
    found = finding.find(resized(marked, side))
    assert found.z > 6
    assert abs(found.scale / (side / 192) - 1) < 0.012


def test_what_chance_gives_is_known():
    """A picture says nothing of the key, so z of one look has a deviation of 1 and no tail."""
    random = np.random.default_rng(0)
    x, y = np.meshgrid(np.arange(200), np.arange(150))
    pictures = [
        random.normal(size=(150, 200)),
        np.sin(x / 3) * 99,  # Waves of a few frequencies, as of a fence.
        np.float64((x // 16 + y // 16) % 2) * 255,
        (x > 77) * 255.0,
    ]
    for picture in pictures:
        z = finding._agreement(picture)
        assert abs(z.mean()) < 0.05 and abs(z.std() - 1) < 0.05 and z.max() < 5.5


def test_places_are_paid_for():
    assert finding._paid(5, 1) == pytest.approx(math.sqrt(25 - 2 * math.log(3)))
    assert finding._paid(10, 1000) == pytest.approx(math.sqrt(100 - 2 * math.log(3000)))
    assert finding._paid(4, 16384) == finding._paid(-9, 1) == 0
    for z, places in ((5, 1), (7, 1000), (9, 6e6)):  # Never less than the sum of the chances.
        each = math.erfc(z / math.sqrt(2)) / 2
        assert finding.Found(finding._paid(z, places), 1, (0, 0)).chance >= 3 * places * each


def test_only_the_first_frames_are_read(marked, monkeypatch):
    monkeypatch.setattr(finding, "FRAMES", 2)
    frames = iter(marked)
    finding.find(frames)
    assert len(list(frames)) == len(marked) - 2


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (800, 20)])
def test_frames_of_any_size(size):
    assert finding.find(np.zeros((1, *size, 3), np.uint8)).z < finding.FOUND
