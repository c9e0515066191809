from fractions import Fraction

import av
import numpy as np
import pytest

from tests.media.sound_files import clicks, loud_times, smooth, write
from vgan.core.errors import DataError, UsageError
from vgan.media.source import open_video
from vgan.media.writer import writer
from vgan.treatments import frame_rate


def copy(source, target, more=0):
    """Copies a video with its sound, and goes on for `more` frames."""
    video = open_video(source)
    with writer(target, video.fps, video.pixel_aspect, video) as result:
        for frame in video:
            result.write(frame)
        for _ in range(more):
            result.write(frame)


def packets(path):
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        found = [(p.pts, bytes(p)) for p in container.demux(stream) if p.dts is not None]
        return [(pts * stream.time_base, data) for pts, data in found]


def test_frames_come_back_at_their_rate(tmp_path):
    fps = Fraction(24000, 1001)
    with writer(tmp_path / "clip.mp4", fps, Fraction(16, 15)) as result:
        for frame in smooth(50, 33, 47):
            result.write(frame)
    source = open_video(tmp_path / "clip.mp4")
    assert (source.fps, source.size, source.num_frames) == (fps, (34, 48), 50)
    assert source.pixel_aspect == Fraction(16, 15) and not source.has_audio
    error = np.stack(list(source))[:, :33, :47].astype(float) - smooth(50, 33, 47)
    assert np.sqrt((error**2).mean()) < 4


SOUNDS = [
    ("mp4", "libx264", "aac", 16000),
    ("mkv", "ffv1", "libopus", 48000),
    ("mkv", "ffv1", "libmp3lame", 44100),
]


@pytest.mark.parametrize(("suffix", "codec", "sound", "rate"), SOUNDS)
def test_sound_is_copied_as_it_is(tmp_path, suffix, codec, sound, rate):
    path = tmp_path / f"in.{suffix}"
    pixels = "yuv420p" if codec == "libx264" else "bgr0"
    write(path, smooth(30), codec, pixels, sound=(sound, rate, clicks(2.9, rate, [0.5, 2.5])))
    copy(path, tmp_path / "out.mp4")
    before, after = packets(path), packets(tmp_path / "out.mp4")
    assert [data for _, data in after] == [data for _, data in before]
    assert max(abs(a[0] - b[0]) for a, b in zip(after, before, strict=True)) < 0.002
    np.testing.assert_allclose(loud_times(tmp_path / "out.mp4"), [0.5, 2.5], atol=0.03)


@pytest.mark.parametrize("sound", [("pcm_s16le", 44100), ("mp2", 48000), ("pcm_s16le", 7000)])
def test_what_mp4_does_not_take_becomes_aac(tmp_path, sound):
    codec, rate = sound
    path = tmp_path / "in.mkv"
    write(path, smooth(30), sound=(codec, rate, clicks(3, rate, [0.5, 2.5])))
    copy(path, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.codec_context.channels) == ("aac", 1)
        assert float(stream.duration * stream.time_base) == pytest.approx(3, abs=0.1)
    np.testing.assert_allclose(loud_times(tmp_path / "out.mp4"), [0.5, 2.5], atol=0.03)


@pytest.mark.parametrize("codec", ["pcm_s16le", "libopus"])
def test_sound_keeps_its_distance_to_the_pictures(tmp_path, codec):
    path = tmp_path / "in.mkv"
    write(path, smooth(30), sound=(codec, 48000, clicks(3, 48000, [0.5, 2.5])), start=2)
    copy(path, tmp_path / "out.mp4")
    np.testing.assert_allclose(loud_times(tmp_path / "out.mp4"), [0.5, 2.5], atol=0.03)


@pytest.mark.parametrize("codec", ["aac", "mp2"])
def test_a_clock_that_falls_back_is_followed(tmp_path, codec):
    path, parts = tmp_path / "in.ts", []
    for start in (50, 10):
        sound = codec, 48000, clicks(1.2, 48000, [0.5])
        write(path, smooth(30), "libx264", "yuv420p", fps=25, sound=sound, start=start)
        parts.append(path.read_bytes())
    path.write_bytes(b"".join(parts))
    copy(path, tmp_path / "out.mp4")
    np.testing.assert_allclose(loud_times(tmp_path / "out.mp4"), [0.5, 1.7], atol=0.1)


LONGER = [
    ("in.mkv", "ffv1", "libopus", {}),
    ("in.mkv", "ffv1", "pcm_s16le", {}),
    ("in.mkv", "ffv1", "libopus", {"live": "1"}),
    ("in.webm", "libvpx", "libopus", {"live": "1"}),
    ("in.mp4", "libx264", "aac", {}),
]


@pytest.mark.parametrize(("name", "codec", "sound", "options"), LONGER)
@pytest.mark.parametrize("more", [0, 20])
def test_sound_ends_where_the_pictures_of_the_input_end(
    tmp_path, name, codec, sound, options, more
):
    path = tmp_path / name
    pixels = "bgr0" if codec == "ffv1" else "yuv420p"
    tone = sound, 48000, clicks(3, 48000, [0.5, 2.5])
    write(path, smooth(12), codec, pixels, sound=tone, options=options)
    copy(path, tmp_path / "out.mp4", more)
    assert 1.1 < float(packets(tmp_path / "out.mp4")[-1][0]) < 1.2
    assert loud_times(tmp_path / "out.mp4") == pytest.approx([0.5], abs=0.03)
    assert open_video(tmp_path / "out.mp4").num_frames == 12 + more


@pytest.mark.parametrize("options", [{}, {"live": "1"}])
def test_sound_that_is_shorter_is_copied_whole(tmp_path, options):
    path = tmp_path / "in.mkv"
    tone = "libopus", 48000, clicks(0.6, 48000, [0.2])
    write(path, smooth(12), sound=tone, options=options)
    copy(path, tmp_path / "out.mp4")
    assert [data for _, data in packets(tmp_path / "out.mp4")] == [d for _, d in packets(path)]
    assert open_video(tmp_path / "out.mp4").num_frames == 12


def test_frames_at_another_rate_leave_sound_where_it_was(tmp_path):
    path = tmp_path / "in.mkv"
    write(path, smooth(12), sound=("libopus", 48000, clicks(3, 48000, [0.5, 1.0, 2.5])))
    for rate in (3, 30):
        video = open_video(path)
        frames, fps = frame_rate.treatment(rate)(video, video.fps)
        with writer(tmp_path / "out.mp4", fps, audio_of=video) as result:
            for frame in frames:
                result.write(frame)
        assert 1.1 < float(packets(tmp_path / "out.mp4")[-1][0]) < 1.2
        np.testing.assert_allclose(loud_times(tmp_path / "out.mp4"), [0.5, 1.0], atol=0.03)


def test_sound_lies_between_the_pictures(tmp_path):
    path = tmp_path / "in.mkv"
    write(path, smooth(100), sound=("aac", 16000, clicks(10, 16000, [])))
    copy(path, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        places = sorted((p.pos, p.stream.type) for p in container.demux() if p.dts is not None)
    kinds = [kind for _, kind in places]
    assert sum(a != b for a, b in zip(kinds, kinds[1:], strict=False)) > 20


def test_a_source_without_sound_gives_none(tmp_path):
    write(tmp_path / "in.mkv", smooth())
    copy(tmp_path / "in.mkv", tmp_path / "out.mp4")
    assert not open_video(tmp_path / "out.mp4").has_audio


def test_an_error_leaves_the_older_file_and_nothing_else(tmp_path):
    path = tmp_path / "out.mp4"
    path.write_text("older")
    with pytest.raises(RuntimeError, match="model"), writer(path, 25) as result:
        result.write(smooth()[0])
        raise RuntimeError("model")
    write(tmp_path / "gone.mkv", smooth(), sound=("aac", 16000, clicks(1, 16000, [])))
    gone = open_video(tmp_path / "gone.mkv")
    gone.path.unlink()
    with pytest.raises(DataError, match="no such file"), writer(path, 25, 1, gone) as result:
        result.write(smooth()[0])
    assert path.read_text() == "older"
    assert [p.name for p in tmp_path.iterdir()] == ["out.mp4"]


def test_what_can_not_be_written_is_refused(tmp_path):
    with pytest.raises(UsageError, match="unknown suffix '.avi'"), writer(tmp_path / "a.avi", 25):
        pass
    for fps in (0, float("nan"), 2000):
        with pytest.raises(UsageError, match="not a usable frame rate"):
            with writer(tmp_path / "a.mp4", fps):
                pass
    with writer(tmp_path / "a.mp4", Fraction(1, 100)) as result:
        result.write(smooth()[0])
    (tmp_path / "a.mp4").unlink()
    with pytest.raises(ValueError, match="no frame was written"), writer(tmp_path / "a.mp4", 25):
        pass
    with pytest.raises(ValueError, match="frame 1 is"), writer(tmp_path / "a.mp4", 25) as result:
        result.write(smooth()[0])
        result.write(smooth(height=30)[0])
    with pytest.raises(UsageError, match="at most 16384"), writer(tmp_path / "a.mp4", 25) as result:
        result.write(np.zeros((2, 16385, 3), np.uint8))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("codec", ["mp2", "aac"])
def test_pictures_are_never_lost_for_the_sound(tmp_path, caplog, codec):
    """What is decoded is silent where it is damaged; what is copied stays as it is."""
    path = tmp_path / "in.mkv"
    write(path, smooth(30), sound=(codec, 48000, clicks(3, 48000, [0.5, 1.5, 2.5])))
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        found = [(p.pos, bytes(p)) for p in container.demux(audio=0) if p.size]
    for start, packet in found[4::6]:
        place = data.index(packet, start)
        data[place : place + len(packet)] = bytes(len(packet))
    path.write_bytes(data)
    copy(path, tmp_path / "out.mp4")
    assert len(list(open_video(tmp_path / "out.mp4"))) == 30
    times = [float(time) for time, _ in packets(tmp_path / "out.mp4")]
    assert times[-1] > 2.8
    if codec == "mp2":
        assert "packets are damaged, silence is in their place" in caplog.text
        assert loud_times(tmp_path / "out.mp4") == pytest.approx([0.5, 1.5, 2.5], abs=0.05)
