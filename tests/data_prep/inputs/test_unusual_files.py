"""Files that aren't like most: preparation and use give the same, right frames of them."""

import av
import numpy as np
import pytest
from PIL import Image

from data_prep.base.reading import Prepared
from vgan.media.source import open_video
from vgan.media.whole import read_video

SHADES = np.arange(20, 240, 9, dtype=np.uint8)


def plain(shades=SHADES):
    return np.zeros([len(shades), 32, 48, 3], np.uint8) + shades[:, None, None, None]


def both(path, prepare, tmp_path):
    """Rates, frames and notes of a file by either reader."""
    used = open_video(path)
    out = tmp_path / f"prepared-{path.name}"
    prepare(path, out, used.size)
    prepared = Prepared(str(out))
    (row,) = prepared.rows()
    frames = np.stack(list(used)), np.stack(list(prepared.frames(row)))
    assert len(frames[0]) == len(frames[1])
    return (float(used.fps), row["fps"]), frames, row["notes"]


def numbers(frames):
    shades = np.array([frame.mean() for frame in frames])
    return np.abs(shades[:, None] - SHADES).argmin(axis=1).tolist()


@pytest.mark.parametrize("b_frames", ["0", "2"])
def test_avi_by_stream_copy(tmp_path, save_video, prepare, b_frames):
    path = save_video(tmp_path / "a.mp4", plain(), "libx264", "yuv420p", rate=25, bf=b_frames)
    copy = tmp_path / "a.avi"
    with av.open(str(path)) as source, av.open(str(copy), "w") as target:
        stream = source.streams.video[0]
        copied = target.add_stream_from_template(stream)
        chain = av.BitStreamFilterContext("h264_mp4toannexb", stream, copied)
        for packet in source.demux(stream):
            for part in chain.filter(packet if packet.dts is not None else None):
                part.stream = copied
                target.mux(part)
    with av.open(str(copy)) as file:
        assert file.streams.video[0].average_rate > 25, "it doesn't say its rate"
    rates, frames, _ = both(copy, prepare, tmp_path)
    assert rates == (25, 25)
    assert numbers(frames[0]) == numbers(frames[1]) == list(range(len(SHADES)))


@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "mjpeg"])
def test_a_pause_in_an_avi(tmp_path, save_video, prepare, codec):
    times = [(n + 10 * (n >= 12)) / 25 for n in range(len(SHADES))]
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    how = {"bf": "2"} if codec == "libx264" else {"qmin": "1", "qmax": "1"}
    path = save_video(tmp_path / "a.avi", plain(), codec, pixels, rate=25, times=times, **how)
    rates, frames, _ = both(path, prepare, tmp_path)
    assert rates[0] == rates[1] == pytest.approx(25, rel=0.001)
    expected = [*range(12), *[11] * 10, *range(12, len(SHADES))]
    assert numbers(frames[0]) == numbers(frames[1]) == expected


def animation(path, **how):
    frames = [Image.fromarray(frame) for frame in plain()]
    frames[0].save(path, save_all=True, append_images=frames[1:], **how)
    return path


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.webp", {"duration": 100, "lossless": True}),
        ("a.png", {"duration": 100}),
        ("a.tif", {}),
        ("a.gif", {"duration": 100}),
    ],
)
def test_pictures_that_move(tmp_path, prepare, name, how):
    rates, frames, _ = both(animation(tmp_path / name, **how), prepare, tmp_path)
    assert rates == ((10, 10) if how else (25, 25))
    assert numbers(frames[0]) == numbers(frames[1]) == list(range(len(SHADES)))


def test_a_folder_of_animations_is_a_video_each(tmp_path, prepare):
    folder = tmp_path / "raw"
    folder.mkdir()
    for name in ("a.webp", "b.png", "c.webp"):
        animation(folder / name, duration=[100] * (len(SHADES) - 1) + [500])
    prepare(folder, tmp_path / "out", (32, 48))
    rows = list(Prepared(str(tmp_path / "out")).rows())
    assert [row["path"] for row in rows] == ["a.webp", "b.png", "c.webp"]
    assert [row["frames"] for row in rows] == [len(SHADES) + 4] * 3


def test_pages_of_another_size_are_left_out(tmp_path):
    pages = [Image.fromarray(frame) for frame in plain()[:3]]
    pages.insert(2, Image.new("RGB", (12, 8)))
    pages.append(Image.new("RGB", (24, 16)))
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    source = open_video(tmp_path / "a.tif")
    assert source.size == (32, 48) and numbers(list(source)) == [0, 1, 2]


def test_frames_too_short_to_be_seen(tmp_path):
    pages = [Image.fromarray(frame) for frame in plain()[:3]]
    durations = {"duration": [1, 1000, 40], "lossless": True}
    pages[0].save(tmp_path / "a.webp", save_all=True, append_images=pages[1:], **durations)
    assert numbers(list(open_video(tmp_path / "a.webp")))[-2:] == [1, 2]


def test_what_only_looks_like_an_animation_is_a_picture(tmp_path):
    first, other = Image.new("RGB", (48, 32), "red"), Image.new("RGB", (24, 16), "blue")
    first.save(tmp_path / "thumbnail.tif", save_all=True, append_images=[other])
    first.save(tmp_path / "views.jpg", "MPO", save_all=True, append_images=[first])
    first.save(tmp_path / "one.png", save_all=True)
    for path in tmp_path.iterdir():
        source = open_video(path)
        assert (source.num_frames, source.size) == (1, (32, 48)), path.name


def transparent():
    """Red of opacity 0, half and whole in three bars."""
    frames = np.zeros([6, 32, 48, 4], np.uint8)
    frames[..., 0] = 255
    frames[:, :, 16:32, 3], frames[:, :, 32:, 3] = 128, 255
    return frames


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("a.mov", "png", "rgba"), ("a.webm", "libvpx-vp9", "yuva420p"), ("a.mkv", "ffv1", "yuva444p"),
     ("a.apng", "apng", "rgba"), ("a.avi", "rawvideo", "bgra")],
)  # fmt: skip
def test_what_is_transparent_shows_the_background(
    tmp_path, save_video, prepare, name, codec, pixels
):
    path = save_video(tmp_path / name, transparent(), codec, pixels)
    _, frames, _ = both(path, prepare, tmp_path)
    for some in (*frames, read_video(path)[0]):
        for bar, red in ((np.s_[2:14], 0), (np.s_[18:30], 128), (np.s_[34:46], 255)):
            assert abs(some[:, :, bar, 0].mean() - red) < 6
        assert some[..., 1:].max() < 16


def test_a_webp_and_a_gif_with_transparency(tmp_path, prepare):
    for name in ("a.webp", "a.gif"):
        pages = [Image.new("RGBA", (48, 32), (255, 255, 255, 0)) for _ in range(4)]
        for number, page in enumerate(pages):
            page.paste((0, 0, 255, 255), (4 * number, 0, 4 * number + 8, 32))
        pages[0].save(
            tmp_path / name, save_all=True, append_images=pages[1:], duration=100, disposal=2,
            **({"lossless": True} if name == "a.webp" else {}),
        )  # fmt: skip
        _, frames, _ = both(tmp_path / name, prepare, tmp_path)
        for some in frames:
            assert some[:, :, 30:].max() == 0, "white would be the hidden colour"
            np.testing.assert_allclose(some[0, 16, 4], [0, 0, 255], atol=1)


def combed(frames=12):
    """A bright bar that moves, the odd lines half a frame later, as a camera of fields sees it."""
    video = np.full([frames, 64, 96, 3], 20, np.uint8)
    for number, frame in enumerate(video):
        frame[0::2, 4 * number : 4 * number + 30] = 220
        frame[1::2, 4 * number + 2 : 4 * number + 32] = 220
    return video


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mpg", "mpeg2video")])
def test_interlaced_frames_lose_their_combs(tmp_path, save_video, prepare, name, codec):
    how = {"flags": "+ildct+ilme"} | ({"x264-params": "interlaced=1"} if name == "a.mp4" else {})
    path = save_video(tmp_path / name, combed(), codec, "yuv420p", rate=25, **how)
    rates, frames, notes = both(path, prepare, tmp_path)
    assert rates == (25, 25) and len(frames[0]) == 12
    assert "interlaced" in "".join(notes)
    raw = combed().astype(int)
    for some in (*frames, read_video(path)[0]):
        comb = np.abs(np.diff(some.astype(int), axis=1)).mean()
        assert comb < 0.1 * np.abs(np.diff(raw, axis=1)).mean()
        bright = (some[5, 32, :, 0] > 128).sum()
        assert 26 <= bright <= 34, "the bar stays"


def test_progressive_frames_are_left_alone(tmp_path, save_video):
    path = save_video(tmp_path / "a.mkv", combed(), "ffv1", "bgr0", rate=25)
    np.testing.assert_array_equal(np.stack(list(open_video(path))), combed())


def test_what_is_unusual_is_told(tmp_path, save_video, prepare, caplog, capsys):
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as file:
        streams = [file.add_stream("ffv1", rate=10) for _ in range(2)]
        for number, stream in enumerate(streams):
            stream.height, stream.width, stream.pix_fmt = 16 + 16 * number, 48, "bgr0"
        for stream in streams:
            for shade in SHADES:
                frame = np.full([stream.height, 48, 3], shade, np.uint8)
                file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
            file.mux(stream.encode())
    _, frames, notes = both(path, prepare, tmp_path)
    assert frames[0].shape[1:3] == (32, 48)
    assert notes == ["it has 2 streams of pictures; number 1 is shown"]
    assert f"{path}': {notes[0]}" in caplog.text.replace("'/", "/").replace("video '", "")
    said = capsys.readouterr().err
    assert f"1 clips are of unusual files, as 'two.mkv': {notes[0]}. See the notes in" in said
