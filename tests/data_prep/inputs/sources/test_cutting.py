"""Files that were cut off, of containers that count no frames."""

import io

import av
import numpy as np
import pytest
from PIL import Image

from data_prep.inputs.sources.cutting import is_cut

FRAMES = np.random.default_rng(0).integers(0, 256, [8, 16, 16, 3], np.uint8)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("a.mkv", "ffv1", "bgr0"), ("a.webm", "libvpx", "yuv420p"), ("a.gif", "gif", "rgb8")],
)
def test_each_byte_that_is_missing_is_missed(tmp_path, save_video, name, codec, pixels):
    path = save_video(tmp_path / name, FRAMES, codec, pixels)
    whole = path.read_bytes()
    assert not is_cut(path)
    for kept in (len(whole) - 1, len(whole) // 2, 400):
        path.write_bytes(whole[:kept])
        assert is_cut(path), kept


@pytest.mark.parametrize(
    ("name", "codec", "pixels"), [("a.mkv", "ffv1", "bgr0"), ("a.gif", "gif", "rgb8")]
)
@pytest.mark.parametrize("more", [b"\0", b";", bytes(100), b"GIF89a"])
def test_what_comes_after_the_end_is_no_harm(tmp_path, save_video, name, codec, pixels, more):
    path = save_video(tmp_path / name, FRAMES, codec, pixels)
    path.write_bytes(path.read_bytes() + more)
    assert not is_cut(path)


def test_blocks_of_pillows_gifs_are_known(tmp_path):
    """With comments, tables of colours of each frame, and an application's own."""
    first, *others = (Image.fromarray(frame) for frame in FRAMES)
    first.save(tmp_path / "a.gif", save_all=True, append_images=others, comment="x" * 300, loop=0)
    assert not is_cut(tmp_path / "a.gif")
    whole = (tmp_path / "a.gif").read_bytes()
    for kept in range(6, len(whole), 97):
        (tmp_path / "a.gif").write_bytes(whole[:kept])
        assert is_cut(tmp_path / "a.gif"), kept


def test_a_live_recording_does_not_know_its_length(tmp_path):
    file = io.BytesIO()
    with av.open(file, "w", format="matroska", options={"live": "1"}) as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.height, stream.width, stream.pix_fmt = 16, 16, "bgr0"
        for frame in FRAMES:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    for kept in (len(file.getvalue()), len(file.getvalue()) // 2):
        (tmp_path / "a.mkv").write_bytes(file.getvalue()[:kept])
        assert not is_cut(tmp_path / "a.mkv")


@pytest.mark.parametrize(
    "start",
    [b"", b"\x1aE\xdf\xa3", b"\x1aE\xdf\xa3\x00", b"\x1aE\xdf\xa3\x81x\x18S\x80g", b"RIFF"],
)
def test_of_what_is_no_such_file_nothing_is_said(tmp_path, start):
    (tmp_path / "a").write_bytes(start)
    assert not is_cut(tmp_path / "a")
