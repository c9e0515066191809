import io
import os
import resource
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from vgan.core.errors import StorageError, UsageError
from vgan.media.clips import gif_bytes, grid, strip, write_frames, write_video
from vgan.media.whole import read_video


def smooth(frames=6, height=32, width=48):
    """Slow gradients that move, so that no two frames are equal."""
    t, y, x = np.mgrid[:frames, :height, :width]
    colours = [4 * x + 5 * t, 6 * y + 20, 220 - 2 * x - 2 * y + 3 * t]
    return np.stack(colours, -1).clip(0, 255).astype(np.uint8)


def noise(frames=6, height=32, width=48):
    return np.random.default_rng(0).integers(0, 256, (frames, height, width, 3), np.uint8)


def decode(path):
    with av.open(str(path)) as container:
        return np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])


def reopen(file):
    """Frames, durations in ms, and loop count of an animated picture."""
    with Image.open(file) as image:
        frames, durations = [], []
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB")))
            durations.append(image.info["duration"])
        return np.stack(frames), durations, image.info["loop"]


def test_mp4_is_what_browsers_play(tmp_path):
    path = tmp_path / "clip.mp4"
    write_video(path, smooth(frames=12), fps=24)
    with av.open(str(path)) as container:
        (stream,) = container.streams
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.codec_context.color_range == ColorRange.MPEG
        assert stream.codec_context.colorspace == Colorspace.ITU601
        assert stream.average_rate == 24
        assert stream.frames == 12
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_mp4_keeps_frames_and_colours(tmp_path):
    video = smooth(frames=12)
    write_video(tmp_path / "clip.mp4", video, fps=24)
    error = decode(tmp_path / "clip.mp4").astype(float) - video
    assert error.shape == video.shape
    assert np.sqrt((error**2).mean()) < 3
    assert np.abs(error.mean(axis=(0, 1, 2))).max() < 2


def test_mp4_of_odd_size_repeats_the_last_row_and_column(tmp_path):
    video = smooth(frames=3, height=33, width=47)
    write_video(tmp_path / "clip.mp4", video, fps=8)
    decoded = decode(tmp_path / "clip.mp4").astype(float)
    assert decoded.shape == (3, 34, 48, 3)
    assert np.abs(decoded[:, :33, :47] - video).mean() < 3
    assert np.abs(decoded[:, 33, :47] - video[:, 32]).mean() < 5
    assert np.abs(decoded[:, :33, 47] - video[:, :, 46]).mean() < 5


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2)])
def test_mp4_of_the_smallest_sizes(tmp_path, size):
    write_video(tmp_path / "clip.mp4", smooth(2, *size), fps=8)
    assert len(decode(tmp_path / "clip.mp4")) == 2


@pytest.mark.parametrize(
    ("fps", "rate"), [(30000 / 1001, Fraction(30000, 1001)), (7.5, Fraction(15, 2)), (0.5, 0.5)]
)
def test_mp4_frame_rate(tmp_path, fps, rate):
    write_video(tmp_path / "clip.mp4", smooth(), fps)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        times = [frame.time for frame in container.decode(video=0)]
        assert container.streams.video[0].average_rate == rate
    np.testing.assert_allclose(np.diff(times), 1 / fps, rtol=1e-3)


def test_gif_frames_times_and_loop(tmp_path):
    video = smooth(frames=12)
    write_video(tmp_path / "clip.GIF", video, fps=24)
    frames, durations, loop = reopen(tmp_path / "clip.GIF")
    assert frames.shape == video.shape
    assert loop == 0
    assert set(durations) == {40, 50}
    assert sum(durations) == 500
    assert np.sqrt((frames.astype(float) - video) ** 2).mean() < 10


def test_gif_of_few_colours_is_exact_and_has_one_palette():
    colours = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [250, 240, 10]], np.uint8)
    video = colours[np.random.default_rng(0).integers(0, 4, (5, 16, 16))]
    data = gif_bytes(video, fps=10)
    assert data[:6] == b"GIF89a"
    frames, durations, _ = reopen(io.BytesIO(data))
    np.testing.assert_array_equal(frames, video)
    assert durations == [100] * 5


def test_gif_is_never_faster_than_browsers_play_it():
    _, durations, _ = reopen(io.BytesIO(gif_bytes(smooth(), fps=120)))
    assert durations == [20] * 6


def test_webp_is_lossless_timed_and_loops(tmp_path):
    video = noise(frames=6)
    write_video(tmp_path / "clip.webp", video, fps=24)
    frames, durations, loop = reopen(tmp_path / "clip.webp")
    np.testing.assert_array_equal(frames, video)
    assert loop == 0
    assert set(durations) == {41, 42}
    assert sum(durations) == 250


def test_equal_frames_keep_their_time():
    video = np.repeat(smooth(frames=2), 3, axis=0)
    _, durations, _ = reopen(io.BytesIO(gif_bytes(video, fps=10)))
    assert sum(durations) == 600


def test_zoom_repeats_pixels(tmp_path):
    video = noise(frames=2, height=3, width=5)
    write_video(tmp_path / "clip.webp", video, fps=8, zoom=3)
    frames, _, _ = reopen(tmp_path / "clip.webp")
    assert frames.shape == (2, 9, 15, 3)
    for offset in range(3):
        np.testing.assert_array_equal(frames[:, offset::3, offset::3], video)


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_frames_that_come_one_by_one_make_the_same_file(tmp_path, suffix):
    video = smooth(frames=5, height=33, width=47)
    write_video(tmp_path / f"whole.{suffix}", video, fps=24)
    write_frames(tmp_path / f"single.{suffix}", iter(video), fps=24)
    whole, single = (tmp_path / f"{name}.{suffix}" for name in ("whole", "single"))
    if suffix == "mp4":  # Its encoder makes other bytes now and then.
        whole, single = (read_video(path)[0].astype(int) for path in (whole, single))
        assert whole.shape == (5, 34, 48, 3) and np.abs(whole - single).mean() < 1
    else:
        assert whole.read_bytes() == single.read_bytes()


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_frames_that_fail_leave_no_file(tmp_path, suffix):
    def broken():
        yield smooth()[0]
        raise UsageError("of the frames' own")

    with pytest.raises(UsageError, match="of the frames' own"):
        write_frames(tmp_path / f"clip.{suffix}", broken(), fps=8)
    with pytest.raises((ValueError, IndexError)):
        write_frames(tmp_path / f"clip.{suffix}", iter([]), fps=8)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", ["a:b.mp4", "%03d.mp4", "-x y.mp4", "über\n.mp4", "#?.mp4"])
def test_awkward_names(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write_video(name, smooth(2), fps=8)
    assert os.listdir(tmp_path) == [name]


def test_unknown_suffix_names_the_known_ones(tmp_path):
    with pytest.raises(UsageError, match=r"clip\.avi.*\.mp4, \.gif, \.webp"):
        write_video(tmp_path / "clip.avi", smooth(), fps=8)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf")])
def test_unusable_frame_rate(tmp_path, fps):
    with pytest.raises(UsageError, match="fps"):
        write_video(tmp_path / "clip.mp4", smooth(), fps)


def test_other_pixels_are_refused(tmp_path):
    with pytest.raises(ValueError, match="float32"):
        write_video(tmp_path / "clip.mp4", smooth().astype(np.float32), fps=8)
    with pytest.raises(ValueError, match="T, H, W, 3"):
        gif_bytes(smooth()[:0], fps=8)
    with pytest.raises(ValueError, match="N, T, H, W, 3"):
        grid(smooth())


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_folder_that_cannot_be_written(tmp_path, suffix):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / f"clip.{suffix}"
    with pytest.raises(StorageError, match=path.name):
        write_video(path, smooth(), fps=8)
    write_video(tmp_path / "missing" / f"clip.{suffix}", smooth(), fps=8)
    assert [path.name for path in (tmp_path / "missing").iterdir()] == [f"clip.{suffix}"]


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_full_disk_leaves_the_older_file(tmp_path, suffix):
    path = tmp_path / f"clip.{suffix}"
    write_video(path, smooth(), fps=8)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(StorageError, match=path.name):
            write_video(path, noise(frames=12), fps=8)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]


def test_grid_layout():
    videos = np.stack([np.full((2, 3, 4, 3), 50 + n, np.uint8) for n in range(5)])
    videos[:, 1] += 100
    sheet = grid(videos, columns=3)
    assert sheet.shape == (2, 3 + 2 + 3, 4 + 2 + 4 + 2 + 4, 3)
    for frame in (0, 1):
        corners = sheet[frame, [0, 0, 0, 5, 5], [0, 6, 12, 0, 6], 0]
        assert corners.tolist() == [50 + n + 100 * frame for n in range(5)]
        assert (sheet[frame, 5:, 6:10] == 54 + 100 * frame).all()
    assert (sheet[:, 5:, 12:] == sheet[0, 3, 0]).all()
    assert (sheet[:, 3:5] == sheet[0, 3, 0]).all()
    assert (sheet[:, :, [4, 5, 10, 11]] == sheet[0, 3, 0]).all()
    assert sheet[0, 3, 0].max() < 50


@pytest.mark.parametrize(
    ("count", "height", "width", "size"),
    [(1, 4, 4, (4, 4)), (9, 4, 4, (16, 16)), (4, 4, 16, (22, 16)), (2, 32, 4, (32, 10))],
)
def test_grid_is_nearly_square(count, height, width, size):
    videos = np.zeros((count, 1, height, width, 3), np.uint8)
    assert grid(videos).shape == (1, *size, 3)


def test_strip_shows_the_first_and_the_last_frame():
    video = np.arange(9, dtype=np.uint8)[:, None, None, None].repeat(3, axis=3)
    video = video.repeat(4, axis=1).repeat(5, axis=2)
    picture = strip(video, count=3)
    assert picture.shape == (4, 5 * 3 + 4, 3)
    assert picture[0, [0, 7, 14], 0].tolist() == [0, 4, 8]
    rows = strip(np.stack([video, video + 100]), count=20)
    assert rows.shape == (4 * 2 + 2, 9 * 7 - 2, 3)
    assert rows[6, ::7, 0].tolist() == list(range(100, 109))


def test_tensorflow_is_not_needed():
    code = "import sys, vgan.media.clips; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
