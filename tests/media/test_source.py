import io
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from av.stream import Disposition
from av.video.reformatter import Colorspace
from PIL import Image

from tests.media.display_matrices import MATRICES, place, shown
from tests.media.sound_files import clicks, smooth, write
from vgan.core.errors import DataError
from vgan.media.clips import write_video
from vgan.media.source import open_pictures, open_video


def read(path):
    return np.stack(list(open_video(path)))


def test_a_video_comes_back_frame_by_frame(tmp_path):
    video = smooth(7, 31, 45)
    write(tmp_path / "clip.mkv", video, fps=Fraction(30000, 1001))
    source = open_video(tmp_path / "clip.mkv")
    assert abs(source.fps - Fraction(30000, 1001)) < 0.01
    assert (source.size, source.num_frames, source.has_audio) == ((31, 45), 7, False)
    for _ in range(2):  # Each iteration starts anew.
        np.testing.assert_array_equal(np.stack(list(source)), video)
    assert float(source.seconds_read) == pytest.approx(7 * 1001 / 30000, abs=0.002)
    frames = iter(source)
    np.testing.assert_array_equal(next(frames), video[0])
    assert source.seconds_read == 1 / source.fps
    frames.close()


@pytest.mark.parametrize("fps", [1, 8, 23.976, 25, 29.97, 60, 240])
def test_mp4_of_each_rate_keeps_its_frames(tmp_path, fps):
    write_video(tmp_path / "clip.mp4", smooth(24), fps)
    source = open_video(tmp_path / "clip.mp4")
    assert source.fps == Fraction(fps).limit_denominator(1001)
    assert source.num_frames == len(list(source)) == 24
    assert source.seconds_read == 24 / source.fps


def test_a_gif_keeps_its_frames(tmp_path):
    write_video(tmp_path / "clip.gif", smooth(11), fps=12.5)
    source = open_video(tmp_path / "clip.gif")
    assert (source.fps, len(list(source))) == (Fraction(25, 2), 11)


def test_sound_is_seen(tmp_path):
    sound = "aac", 16000, clicks(0.6, 16000, [0.2])
    write(tmp_path / "clip.mp4", smooth(), "libx264", "yuv420p", sound=sound)
    assert open_video(tmp_path / "clip.mp4").has_audio


@pytest.mark.parametrize(
    ("options", "start", "told"), [({}, 0, 12), ({}, 1.5, 12), ({"live": "1"}, 0, None)]
)
def test_the_length_of_the_pictures_is_not_that_of_the_sound(tmp_path, options, start, told):
    sound = "libopus", 48000, clicks(3, 48000, [])
    write(tmp_path / "clip.mkv", smooth(12), sound=sound, options=options, start=start)
    source = open_video(tmp_path / "clip.mkv")
    assert (source.num_frames, len(list(source)), source.frames_read) == (told, 12, 12)


@pytest.mark.parametrize("start", [0, 1.5])
def test_uneven_times_are_made_even_and_no_frame_is_lost(tmp_path, caplog, start):
    times = [0, 100, 200, 600, 700, 740, 800, 900]
    video = smooth(8)
    write(tmp_path / "clip.mkv", video, fps=10, times=times, start=start)
    source = open_video(tmp_path / "clip.mkv")
    assert source.fps == 25
    assert "its frames come unevenly; they are shown at 25 a second" in caplog.text
    # As containers round times, a frame is there that comes a quarter of a step late.
    shown = [np.searchsorted(times, 40 * slot + 10, "right") - 1 for slot in range(25)]
    assert set(shown) == set(range(8))
    np.testing.assert_array_equal(np.stack(list(source)), video[shown])


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("a.mkv", "ffv1", "bgr0"), ("a.mp4", "libx264", "yuv420p"), ("a.gif", "gif", "rgb8")],
)
def test_a_pause_costs_no_frame(tmp_path, name, codec, pixels):
    """As telephones, recorders of screens and GIFs have them."""
    times = [*range(0, 2000, 100), 5000, *range(5100, 5500, 100)]
    video = np.repeat(np.arange(0, 250, 10, dtype=np.uint8), 32 * 48 * 3).reshape(25, 32, 48, 3)
    write(tmp_path / name, video, codec, pixels, times=times)
    source = open_video(tmp_path / name)
    shades = [frame.mean() for frame in source]
    assert source.fps == 10 and 54 <= len(shades) <= 56
    found = [abs(video[:, 0, 0, 0] - shade).argmin() for shade in shades]
    assert found[:20] == list(range(20)) and found[50:55] == list(range(20, 25))
    assert set(found[20:50]) == {19}


def test_a_damaged_time_stamp_is_told_and_a_clock_that_falls_back_is_followed(tmp_path):
    write(tmp_path / "far.mkv", smooth(4), times=[0, 100, 200, 10**8])
    with pytest.raises(DataError, match="frame 3 would come at 100000 seconds"):
        list(open_video(tmp_path / "far.mkv"))
    parts = []
    for name, start in (("a.ts", 50), ("b.ts", 10)):
        write(tmp_path / name, smooth(30), "libx264", "yuv420p", fps=25, start=start)
        parts.append((tmp_path / name).read_bytes())
    (tmp_path / "joined.ts").write_bytes(b"".join(parts))
    assert abs(len(list(open_video(tmp_path / "joined.ts"))) - 60) <= 2


@pytest.mark.parametrize("matrix", MATRICES)
def test_each_of_the_eight_ways_to_show_a_picture(tmp_path, matrix):
    path = tmp_path / "clip.mp4"
    write_video(path, smooth(3), fps=10)
    expected = shown(read(path), matrix)
    place(path, matrix)
    source = open_video(path)
    assert source.size == expected.shape[1:3]
    found = np.stack(list(source))
    np.testing.assert_array_equal(found, expected)
    if np.linalg.det(np.reshape(matrix, (2, 2))) > 0:  # OpenCV knows no mirrors.
        ok, other = cv2.VideoCapture(str(path)).read()
        assert ok and np.abs(found[0].astype(float) - other[..., ::-1]).mean() < 3


def test_the_default_stream_is_shown_or_else_the_largest(tmp_path):
    small, large = (np.full([3, *size, 3], 200, np.uint8) for size in ((16, 16), (32, 48)))

    def size(videos, default):
        path = tmp_path / "two.mkv"
        with av.open(str(path), "w", options={"default_mode": "passthrough"}) as container:
            streams = [container.add_stream("ffv1", rate=10) for _ in videos]
            for number, (stream, video) in enumerate(zip(streams, videos, strict=True)):
                stream.height, stream.width = video.shape[1:3]
                stream.pix_fmt = "bgr0"
                stream.disposition = Disposition(int(number == default))
            for stream, video in zip(streams, videos, strict=True):
                for frame in video:
                    frame = av.VideoFrame.from_ndarray(frame, format="rgb24")
                    container.mux(stream.encode(frame))
                container.mux(stream.encode())
        return open_video(path).size

    assert size([small, large], default=0) == (16, 16)
    assert size([large, small], default=1) == (16, 16)
    assert size([small, large], default=None) == (32, 48)


def with_cover(path, *streams, marked=False):
    """A file with a cover picture before streams, each a codec and its rate."""
    cover = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(cover, "JPEG")
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mjpeg", rate=10)
        picture.height = picture.width = 300
        picture.pix_fmt = "yuvj420p"
        if marked:
            picture.disposition = Disposition.attached_pic
        others = [container.add_stream(codec, rate=rate) for codec, rate in streams]
        for stream in others:
            if stream.type == "video":
                stream.height, stream.width, stream.pix_fmt = 32, 48, "yuv420p"
        packet = av.Packet(cover.getvalue())
        packet.stream, packet.pts, packet.dts = picture, 0, 0
        container.mux(packet)
        for stream in others:
            if stream.type == "video":
                frames = [av.VideoFrame.from_ndarray(f, format="rgb24") for f in smooth(6)]
            else:
                frames = [av.AudioFrame.from_ndarray(clicks(1, 16000, []), "flt", "mono")]
                frames[0].sample_rate = 16000
            for frame in [*frames, None]:
                container.mux(stream.encode(frame))
    return path


def test_a_cover_is_no_video(tmp_path):
    source = open_video(with_cover(tmp_path / "a.mkv", ("libx264", 10)))
    assert (source.size, len(list(source))) == ((32, 48), 6)
    song = with_cover(tmp_path / "song.mp4", ("aac", 16000), marked=True)
    with pytest.raises(DataError, match="song.mp4': can't be read .sound with a cover"):
        open_video(song)


def test_oblong_pixels_are_told_and_turn_with_the_picture(tmp_path):
    path = tmp_path / "clip.mp4"
    aspect = Fraction(16, 15)
    write(path, smooth(), "libx264", "yuv420p", sample_aspect_ratio=aspect)
    assert open_video(path).pixel_aspect == aspect
    place(path, (0, 1, -1, 0))
    assert open_video(path).pixel_aspect == 1 / aspect


@pytest.mark.parametrize("space", [Colorspace.ITU601, Colorspace.ITU709])
def test_colours_are_those_that_the_file_tells(tmp_path, space):
    video = np.full((2, 16, 16, 3), (220, 40, 90), np.uint8)
    write(tmp_path / "clip.mkv", video, pixels="yuv444p", colorspace=space)
    assert np.abs(read(tmp_path / "clip.mkv").astype(int) - video).max() <= 3


def test_colours_that_a_large_file_does_not_tell_are_bt709(tmp_path):
    video = np.full((1, 720, 16, 3), (220, 40, 90), np.uint8)
    path = tmp_path / "clip.mp4"
    write(path, video, "libx264", "yuv444p", colorspace=Colorspace.ITU709)
    expected = read(path)
    assert np.abs(expected.astype(int) - video).max() <= 4
    data = path.read_bytes()
    write(tmp_path / "untold.mp4", video, "libx264", "yuv444p")  # Made by the BT.601 sums.
    assert np.abs(read(tmp_path / "untold.mp4").astype(int) - video).max() > 8
    assert data != (tmp_path / "untold.mp4").read_bytes()


def test_pictures(tmp_path):
    picture = smooth(1, 9, 14)[0]
    Image.fromarray(picture).save(tmp_path / "a.png")
    source = open_video(tmp_path / "a.png")
    assert (source.size, source.num_frames, source.fps) == ((9, 14), 1, 25)
    np.testing.assert_array_equal(np.stack(list(source)), picture[None])
    deep = np.array([[0, 257 * 10], [65535, 257 * 200]], np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    assert read(tmp_path / "deep.png")[0, :, :, 0].tolist() == [[0, 10], [255, 200]]
    exif = Image.Exif()
    exif[0x0112] = 6  # The top of the picture is on its right side.
    Image.fromarray(picture).save(tmp_path / "turned.JPG", quality=100, exif=exif)
    turned = read(tmp_path / "turned.JPG")[0].astype(int)
    assert np.abs(turned - np.rot90(picture, -1)).mean() < 10


def test_pictures_in_a_row_are_a_video(tmp_path):
    video = smooth(3, 6, 8)
    paths = [tmp_path / name for name in ("c.png", "a.png", "b.png")]
    for path, picture in zip(paths, video, strict=True):
        Image.fromarray(picture).save(path)
    source = open_pictures(paths)
    assert (source.size, source.num_frames, source.has_audio) == ((6, 8), 3, False)
    np.testing.assert_array_equal(np.stack(list(source)), video)
    Image.fromarray(video[0, :4]).save(paths[2])
    with pytest.raises(DataError, match="b.png': 8x4, the first is 8x6. Give pictures of one size"):
        list(source)


def test_unusable_files_are_one_clear_error(tmp_path):
    write_video(tmp_path / "good.mp4", smooth(), fps=8)
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_text("a long text, of many lines\n" * 100)
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile good.mp4\n")
    (tmp_path / "folder.mp4").mkdir()
    cut = (tmp_path / "good.mp4").read_bytes()
    (tmp_path / "header.mp4").write_bytes(cut[: cut.index(b"mdat")])
    names = ["empty.mp4", "text.mp4", "text.png", "list.mp4", "folder.mp4"]
    for name in [*names, "header.mp4", "missing.mp4", "missing.png"]:
        with pytest.raises(DataError, match=f"{name}': "):
            open_video(tmp_path / name)


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_file_that_is_cut_off_is_told(tmp_path, share, caplog):
    path = tmp_path / "clip.mp4"
    rng = np.random.default_rng(0)
    write_video(path, rng.integers(0, 256, (60, 32, 32, 3), np.uint8), fps=10)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    source = open_video(path)
    assert source.num_frames == 60
    try:
        found = len(list(source))
    except DataError as error:
        assert "clip.mp4': can't be read" in str(error)
    else:
        assert 5 < found < 58 and "ends after" in caplog.text


def test_a_name_that_looks_like_an_address(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_video("http:clip.mp4", smooth(), fps=8)
    assert len(read("http:clip.mp4")) == 6
