"""Video files, read against what was written into them."""

import errno
import socket
import struct
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from data_prep.base.settings import Settings
from data_prep.inputs.framing import Framing
from data_prep.inputs.sources.kinds import kind_of
from data_prep.inputs.sources.source import BadFileError
from data_prep.inputs.sources.video import VideoSource
from tests.media.display_matrices import MATRICES, place, shown


def ramp(count, height=24, width=32):
    """Frames that tell their number by their brightness, with two colours side by side."""
    frames = np.zeros([count, height, width, 3], np.uint8)
    frames[:, :, : width // 2] = (200, 100, 50)
    frames[:, :, width // 2 :] = (40, 80, 160)
    return frames + np.arange(count, dtype=np.uint8)[:, None, None, None]


def patch(path, chunk, offset, data):
    """Writes over a file some bytes after the first chunk of a name."""
    whole = bytearray(path.read_bytes())
    start = whole.index(chunk) + len(chunk) + offset
    whole[start : start + len(data)] = data
    path.write_bytes(whole)


def read(path, framing=None, start=0.0, end=float("inf"), **settings):
    source = VideoSource(str(path), Settings(**settings), start, end)
    frames = source.frames() if framing is None else source.frames(framing)
    return np.array(list(frames)), source


def numbers(frames):
    """The numbers of frames of `ramp`."""
    return (frames[:, 2, 2, 0].astype(int) - 200).tolist()


def test_frames_are_as_they_were_written(tmp_path, save_video):
    frames = np.random.default_rng(0).integers(0, 256, [5, 24, 32, 3], np.uint8)
    found, source = read(save_video(tmp_path / "a.mkv", frames))
    np.testing.assert_array_equal(found, frames)
    assert (source.fps, source.size, source.broken) == (10, (24, 32), "")


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.avi"])
def test_h264_in_each_container(tmp_path, save_video, name):
    path = save_video(tmp_path / name, ramp(12), "libx264", "yuv420p", crf="10")
    found, source = read(path)
    assert abs(numbers(found) - np.arange(12)).max() <= 2
    assert abs(found.astype(int) - ramp(12))[:, :, [2, -2]].max() <= 6
    assert (source.fps, source.broken) == (10, "")


def test_webm_and_gif(tmp_path, save_video):
    found, _ = read(save_video(tmp_path / "a.webm", ramp(6), "libvpx", "yuv420p", crf="4"))
    assert found.shape == (6, 24, 32, 3) and abs(found.astype(int) - ramp(6))[:, :, 2].max() < 9
    found, _ = read(save_video(tmp_path / "a.gif", ramp(6)[:, :, :16], "gif", "rgb8"))
    assert (
        found.shape == (6, 24, 16, 3) and abs(found.astype(int) - ramp(6)[:, :, :16]).max() < 64
    )  # Its palette is coarse.


def test_what_it_contains_counts_and_not_its_name(tmp_path, save_video):
    whole = save_video(tmp_path / "a.mkv", ramp(4))
    np.testing.assert_array_equal(read(whole.rename(tmp_path / "a.mp4"))[0], ramp(4))


def test_what_camcorders_write(tmp_path, save_video):
    """Packets of a transport stream with four bytes of time before each."""
    path = save_video(tmp_path / "a.ts", ramp(6), "libx264", "yuv444p", crf="0")
    expected, _ = read(path)
    stream, path = path.read_bytes(), tmp_path / "00000.MTS"
    packets = (stream[at : at + 188] for at in range(0, len(stream), 188))
    path.write_bytes(b"".join(bytes(4) + packet for packet in packets))
    assert kind_of(path) == "video"
    np.testing.assert_array_equal(read(path)[0], expected)
    assert len(expected) == 6


@pytest.mark.parametrize("matrix", MATRICES)
def test_each_of_the_eight_ways_to_show_a_picture(tmp_path, save_video, matrix):
    frames = np.random.default_rng(0).integers(0, 256, [2, 3, 4, 3], np.uint8)
    frames = np.array([cv2.resize(f, (32, 24), interpolation=cv2.INTER_CUBIC) for f in frames])
    path = save_video(tmp_path / "a.mp4", frames, "libx264", "yuv444p", crf="0")
    place(path, matrix)
    found, source = read(path)
    expected = shown(frames, matrix)
    assert source.size == expected.shape[1:3]
    assert abs(found.astype(int) - expected).max() <= 4


def test_area_is_the_mean_of_what_it_covers(tmp_path, save_video):
    frames = np.random.default_rng(0).integers(0, 256, [2, 40, 60, 3], np.uint8)
    path = save_video(tmp_path / "a.mkv", frames)
    found, _ = read(path, Framing((8, 8)))
    expected = frames[:, :, 10:50].reshape(2, 8, 5, 8, 5, 3).mean(axis=(2, 4))
    assert abs(found - expected).max() <= 1


@pytest.mark.parametrize(
    "framing", [Framing((9, 7)), Framing((40, 70)), Framing((16, 16), "letterbox")]
)
def test_sizes_agree_with_opencv(tmp_path, save_video, framing):
    smooth = np.random.default_rng(0).integers(0, 256, [2, 5, 7, 3], np.uint8)
    frames = np.array([cv2.resize(f, (50, 31), interpolation=cv2.INTER_CUBIC) for f in smooth])
    found, _ = read(save_video(tmp_path / "a.mkv", frames), framing)
    expected = np.array([framing.apply(frame) for frame in frames]).astype(int)
    assert found.shape == expected.shape
    assert abs(found - expected).mean() < 2 and abs(found - expected).max() < 25


def test_colours_of_both_standards(tmp_path, save_video):
    """Told by the file, or by its height: what x264 is told is what comes back."""
    for name, height, options in [
        ("sd", 48, {"x264-params": "colormatrix=bt470bg"}),
        ("hd", 48, {"x264-params": "colormatrix=bt709"}),
    ]:
        frames = np.full([3, height, 64, 3], (200, 60, 90), np.uint8)
        path = save_video(
            tmp_path / f"{name}.mp4", frames, "libx264", "yuv444p", crf="0", **options
        )
        found, _ = read(path)
        # PyAV converts to BT.601 whatever x264 is told, so BT.709 must look different.
        difference = abs(found.astype(int) - frames).max()
        assert difference <= 3 if name == "sd" else difference > 8


@pytest.mark.parametrize(("codec", "pixels"), [("libx264", "yuv420p10le"), ("ffv1", "gray16le")])
def test_ten_and_sixteen_bits_and_gray(tmp_path, save_video, codec, pixels):
    gray = np.repeat(np.arange(0, 256, 8, dtype=np.uint8)[None, :, None], 24, 0).repeat(3, 2)
    frames = np.stack([gray] * 3)
    found, _ = read(save_video(tmp_path / "a.mkv", frames, codec, pixels))
    assert found.dtype == np.uint8 and abs(found.astype(int) - frames).max() <= 4


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("a.mov", "png", "rgba"), ("a.mkv", "ffv1", "bgra"), ("a.webm", "libvpx-vp9", "yuva420p")],
)
def test_transparent_parts_show_the_background(tmp_path, save_video, name, codec, pixels):
    frames = np.zeros([4, 32, 48, 4], np.uint8)
    frames[..., 0] = 200
    frames[:, :, :16, 3], frames[:, :, 16:32, 3] = 255, 128
    path = save_video(tmp_path / name, frames, codec, pixels)
    found, _ = read(path, background=(0, 240, 0))
    for column, expected in [(6, (200, 0, 0)), (24, (100, 120, 0)), (42, (0, 240, 0))]:
        assert abs(found[:, 16, column].astype(int) - expected).max() <= 5


def test_a_transparent_gif_shows_the_background(tmp_path):
    pictures = []
    for number in range(3):
        picture = Image.new("P", (24, 16), 1)
        picture.putpalette([9, 9, 9, 200, 0, 0])
        picture.paste(0, (8 + number, 0, 24, 16))
        pictures.append(picture)
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=100,
                     transparency=0, disposal=2)  # fmt: skip
    found, _ = read(tmp_path / "a.gif", background=(0, 240, 0))
    assert found.shape == (3, 16, 24, 3)
    for number, frame in enumerate(found.astype(int)):
        assert abs(frame[:, : 8 + number] - (200, 0, 0)).max() <= 1
        assert abs(frame[:, 8 + number :] - (0, 240, 0)).max() <= 1


def test_edges_of_what_is_transparent_mix_by_opacity(tmp_path, save_video):
    """A hidden colour must not show when pixels are averaged."""
    frames = np.zeros([2, 16, 16, 4], np.uint8)
    frames[:, :, 0::2] = (200, 0, 0, 255)
    frames[:, :, 1::2] = (0, 0, 255, 0)
    found, _ = read(save_video(tmp_path / "a.mov", frames, "png", "rgba"), Framing((4, 4)))
    assert abs(found.astype(int) - (100, 0, 0)).max() <= 2


def test_sampling_by_time_stamps(tmp_path, save_video):
    times = [0, 0.1, 0.2, 0.7, 0.8]
    path = save_video(tmp_path / "a.mkv", ramp(5), times=times)
    for rate in ({}, {"fps": 10}):
        found, source = read(path, **rate)
        assert numbers(found) == [0, 1, 2, 2, 2, 2, 2, 3, 4] and source.fps == 10
    assert numbers(read(path, fps=5)[0])[:4] == [0, 2, 2, 2]


@pytest.mark.parametrize(
    ("scale", "rate", "count", "sampled"),
    [(1, 100_000, 5, 1), (1, 100_000, 1, 1), (10**6, 1, 5, 0), (10**6, 1, 1, 1)],
)
def test_rates_that_are_absurd(tmp_path, save_video, scale, rate, count, sampled):
    """One frame in a million seconds mustn't become ten million at ten a second."""
    path = save_video(tmp_path / "a.avi", ramp(count), "mjpeg", "yuvj420p")
    patch(path, b"strh", 24, struct.pack("<II", scale, rate))
    found, source = read(path)
    assert len(found) == count and source.fps is None
    found, source = read(path, fps=10)
    assert len(found) == sampled and source.fps == 10
    assert source.broken == ("" if sampled else "frame 1 would come at 1000000 seconds")


def test_a_stretch(tmp_path, save_video):
    path = save_video(tmp_path / "a.mkv", ramp(40))
    assert numbers(read(path, start=0.5, end=0.9)[0]) == [5, 6, 7, 8]
    assert numbers(read(path, start=3.75)[0]) == [38, 39]
    found, source = read(path, start=1.0, end=2.0, fps=5)
    assert numbers(found) == [10, 12, 14, 16, 18] and source.broken == ""


def test_a_stretch_far_in_is_found_exactly(tmp_path, save_video):
    frames = ramp(50, 16, 16).repeat(4, axis=0)
    path = save_video(tmp_path / "a.mp4", frames, "libx264", "yuv420p", crf="5", g="25")
    near, far = read(path)[0][150:170], read(path, start=15.0, end=17.0)[0]
    np.testing.assert_array_equal(near, far)


def test_a_cut_file_gives_its_whole_frames_and_says_so(tmp_path, save_video):
    noise = np.random.default_rng(0).integers(0, 256, [20, 24, 32, 3], np.uint8)
    path = save_video(tmp_path / "a.avi", noise, "mjpeg", "yuvj420p")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found, source = read(path)
    assert 2 < len(found) < 15
    assert source.broken
    path = save_video(tmp_path / "b.mp4", noise, "libx264", "yuv420p")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found, source = read(path)
    assert 1 < len(found) < 20 and source.broken
    for name, codec, pixels in [("c.mkv", "ffv1", "bgr0"), ("d.gif", "gif", "rgb8")]:
        path = save_video(tmp_path / name, noise, codec, pixels)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        found, source = read(path)
        assert 1 < len(found) < 20
        assert source.broken == f"the file was cut off, after {len(found)} frames"


@pytest.mark.parametrize("content", [b"", b"not a video\n" * 50, bytes(range(256)) * 20])
def test_what_is_no_video(tmp_path, content):
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(BadFileError, match="can't be opened as a video"):
        VideoSource(str(tmp_path / "a.mp4"), Settings())


def test_playlist_named_as_a_video_opens_no_other_file(tmp_path, save_video):
    save_video(tmp_path / "b.mkv", ramp(3))
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile b.mkv\n")
    (tmp_path / "list.mkv").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n")
    for name in ("list.mp4", "list.mkv"):
        with pytest.raises(BadFileError, match="can't be opened"):
            VideoSource(str(tmp_path / name), Settings())


def test_a_playlist_reaches_no_server(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        address = f"http://{host}:{port}/x.ts"
        for name, text in {
            "hls.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n",
            "concat.mp4": f"ffconcat version 1.0\nfile {address}\n",
            "sdp.avi": f"v=0\no=- 0 0 IN IP4 {host}\nm=video {port} RTP/AVP 96\n",
            "dash.mkv": f"<?xml version='1.0'?><MPD><BaseURL>{address}</BaseURL></MPD>",
        }.items():
            (tmp_path / name).write_text(text)
            with pytest.raises(BadFileError, match="can't be opened"):
                VideoSource(str(tmp_path / name), Settings())
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_size_is_checked_before_the_first_frame(tmp_path, save_video, monkeypatch):
    path = save_video(tmp_path / "a.mkv", ramp(3))
    assert len(read(path, max_pixels=32 * 24)[0]) == 3
    monkeypatch.setattr("data_prep.inputs.sources.video._decode", None)
    with pytest.raises(BadFileError, match="32x24 pixels: at most 767 are read"):
        VideoSource(str(path), Settings(max_pixels=32 * 24 - 1))


def test_a_header_that_lies_about_the_size_is_refused_before_it_is_read(
    tmp_path, save_video, monkeypatch
):
    path = save_video(tmp_path / "a.avi", ramp(3))
    patch(path, b"strf", 8, struct.pack("<ii", 12_000, 12_000))
    monkeypatch.setattr("data_prep.inputs.sources.video._decode", None)
    with pytest.raises(BadFileError, match="12000x12000 pixels: at most 67108864 are read"):
        VideoSource(str(path), Settings())


def test_a_size_that_no_decoder_takes(tmp_path, save_video):
    path = save_video(tmp_path / "a.avi", ramp(3))
    patch(path, b"strf", 8, struct.pack("<ii", 2**30, 2**30))
    with pytest.raises(BadFileError, match="its frames have no size, or one that is too large"):
        VideoSource(str(path), Settings())


def test_eight_thousand_pixels_wide(tmp_path, save_video):
    frame = np.zeros([4320, 7680, 3], np.uint8)
    frame[:, 2000:5680] = (200, 100, 50)  # Within the square in the middle, from 1680 to 6000.
    path = save_video(tmp_path / "a.avi", frame[None], "mjpeg", "yuvj420p")
    found, source = read(path, Framing((4, 27)))
    assert source.size == (4320, 7680) and found.shape == (1, 4, 27, 3)
    assert abs(found[:, :, 8:19].astype(int) - (200, 100, 50)).max() <= 3
    assert found[:, :, :6].max() <= 3 >= found[:, :, -6:].max()


def test_a_size_that_changes_on_the_way(tmp_path):
    path = tmp_path / "a.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.height, stream.width, stream.pix_fmt = 24, 32, "yuvj420p"
        for number, scale in enumerate([1, 1, 3, 1]):
            single = av.CodecContext.create("mjpeg", "w")
            single.height, single.width, single.pix_fmt = 24 * scale, 32 * scale, "yuvj420p"
            single.time_base = Fraction(1, 10)
            frame = av.VideoFrame.from_ndarray(ramp(4, 24 * scale, 32 * scale)[number])
            for packet in [*single.encode(frame.reformat(format="yuvj420p")), *single.encode()]:
                packet.stream, packet.pts, packet.dts = stream, number, number
                container.mux(packet)
    found, source = read(path, Framing((12, 16)))
    assert source.size == (24, 32) and source.broken == ""
    assert found.shape == (4, 12, 16, 3) and abs(found - ramp(4, 12, 16).astype(int)).max() <= 4
    source = VideoSource(str(path), Settings(max_pixels=24 * 32))
    frames = source.frames(Framing((12, 16)))
    next(frames)
    with pytest.raises(BadFileError, match="96x72 pixels: at most 768"):
        next(frames)


@pytest.mark.parametrize("shape", [(2, 2), (1, 9), (9, 1), (3, 200), (201, 5)])
@pytest.mark.parametrize("pixels", ["bgr24", "yuv420p"])
def test_tiny_odd_tall_and_wide(tmp_path, save_video, shape, pixels):
    frames = np.full([3, *shape, 3], (60, 120, 180), np.uint8)
    path = save_video(tmp_path / "a.avi", frames, "rawvideo", pixels)
    found, _ = read(path, Framing((8, 6)))
    assert found.shape == (3, 8, 6, 3) and abs(found.astype(int) - (60, 120, 180)).max() <= 4


def test_too_little_memory_is_told_as_such(tmp_path, save_video, monkeypatch):
    """Not as damage, which libav's errors are otherwise taken for."""
    path = save_video(tmp_path / "a.mkv", ramp(3))
    source = VideoSource(str(path), Settings())

    def fail(*arguments):
        raise av.error.MemoryError(errno.ENOMEM, "Cannot allocate memory")
        yield  # For the one, whose frames are iterated over.

    for name, failing in [("_decode", fail), ("open_file", lambda path: next(fail()))]:
        with monkeypatch.context() as patched:
            patched.setattr(f"data_prep.inputs.sources.video.{name}", failing)
            with pytest.raises(MemoryError):
                list(source.frames())


def test_no_pictures_in_it(tmp_path):
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros([1, 800], np.int16), layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(BadFileError, match="no pictures"):
        VideoSource(str(tmp_path / "a.mkv"), Settings())
