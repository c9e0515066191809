import av
import numpy as np
import pytest

from vgan.core.errors import DataError
from vgan.media import whole
from vgan.media.clips import write_video
from vgan.media.whole import read_video


def smooth(frames=6, height=32, width=48):
    """Slow gradients that move, so that no two frames are equal."""
    t, y, x = np.mgrid[:frames, :height, :width]
    colours = [4 * x + 5 * t, 6 * y + 20, 220 - 2 * x - 2 * y + 3 * t]
    return np.stack(colours, -1).clip(0, 255).astype(np.uint8)


def noise(frames=6, height=32, width=48):
    return np.random.default_rng(0).integers(0, 256, (frames, height, width, 3), np.uint8)


def write(path, video, codec, pixels):
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=8)
        stream.height, stream.width = video.shape[1:3]
        stream.pix_fmt = pixels
        for frame in video:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


@pytest.mark.parametrize("frames", [1, 13])
def test_an_mp4_of_ours_comes_back_but_for_the_codecs_loss(tmp_path, frames):
    write_video(tmp_path / "clip.mp4", smooth(frames), fps=24)
    video, codec = read_video(tmp_path / "clip.mp4")
    assert codec == "h264 yuv420p"
    assert video.dtype == np.uint8 and video.shape == (frames, 32, 48, 3)
    error = video.astype(float) - smooth(frames)
    assert np.sqrt((error**2).mean()) < 4
    assert np.abs(error.mean((1, 2))).max() < 3  # Of each frame: they are in order.


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("clip.apng", "apng", "rgb24"),
        ("clip.mkv", "ffv1", "bgr0"),
        ("clip.AVI", "rawvideo", "bgr24"),
        ("clip.mov", "png", "rgb24"),
    ],
)
def test_lossless_files_come_back_exactly(tmp_path, name, codec, pixels):
    write(tmp_path / name, noise(), codec, pixels)
    video, found = read_video(tmp_path / name)
    assert found == ""
    np.testing.assert_array_equal(video, noise())


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("clip.avi", "rawvideo", "yuv420p"), ("clip.mkv", "ffv1", "yuv444p")],
)
def test_other_colours_lose_something(tmp_path, name, codec, pixels):
    write(tmp_path / name, noise(), codec, pixels)
    video, lossy = read_video(tmp_path / name)
    assert lossy == f"{codec} {pixels}" and (video != noise()).any()


def test_a_gif_is_not_lossless(tmp_path):
    write_video(tmp_path / "clip.gif", smooth(), fps=10)
    video, codec = read_video(tmp_path / "clip.gif")
    assert codec.startswith("gif ")
    assert np.abs(video.astype(float) - smooth()).mean() < 10


def test_a_relative_name_with_a_colon(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_video("file:clip.mp4", smooth(), fps=8)
    path = type(tmp_path)("file:clip.mp4")
    assert len(read_video(path)[0]) == 6


@pytest.mark.parametrize("suffix", ["mp4", "gif", "avi", "webm", "apng"])
@pytest.mark.parametrize("content", [b"", b"text\n", b"a longer text, of many lines\n" * 100])
def test_what_is_not_a_video_is_named(tmp_path, suffix, content):
    path = tmp_path / f"clip.{suffix}"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"clip.{suffix}': can't be read .*remove it"):
        read_video(path)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75, 0.99])
def test_a_video_that_is_cut_off_is_named(tmp_path, share):
    path = tmp_path / "clip.mp4"
    write_video(path, smooth(12), fps=8)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(DataError, match=r"clip.mp4': can't be read"):
        read_video(path)


def test_a_file_without_pictures_and_a_missing_one(tmp_path):
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        silence = np.zeros((1, 1024), np.float32)
        frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    for name, why in (("sound.mp4", "no pictures in it"), ("missing.mp4", "no such file")):
        with pytest.raises(DataError, match=f"{name}': .*{why}"):
            read_video(tmp_path / name)


def test_a_playlist_opens_no_other_file(tmp_path):
    write_video(tmp_path / "good.mp4", smooth(), fps=8)
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile good.mp4\n")
    with pytest.raises(DataError, match=r"list.mp4': can't be read"):
        read_video(tmp_path / "list.mp4")


def test_what_unfolds_to_more_than_may_be_is_named(tmp_path, monkeypatch):
    write(tmp_path / "a.mkv", np.zeros([40, 32, 48, 3], np.uint8), "ffv1", "bgr0")
    monkeypatch.setattr(whole, "_MOST_BYTES", 39 * 32 * 48 * 3)
    with pytest.raises(DataError, match=r"a.mkv': can't be read \(more than 39 frames of 48x32"):
        read_video(tmp_path / "a.mkv")
    monkeypatch.setattr(whole, "_MOST_BYTES", 40 * 32 * 48 * 3)
    assert len(read_video(tmp_path / "a.mkv")[0]) == 40
