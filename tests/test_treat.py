"""A video through a chain of treatments, by the command."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vgan.media.clips import write_video
from vgan.media.source import open_video
from vgan.media.writer import write

RATE = 48000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of videos: in.mp4, oblong.mp4 with oblong pixels, sound.mkv with 3 s of sound."""
    folder = tmp_path_factory.mktemp("inputs")
    write_video(folder / "in.mp4", moving(12), 10)
    write(folder / "oblong.mp4", moving(4), 10, Fraction(16, 15))
    with av.open(str(folder / "sound.mkv"), "w") as container:
        pictures = container.add_stream("libx264", rate=10)
        pictures.height, pictures.width, pictures.pix_fmt = 48, 64, "yuv420p"
        sound = container.add_stream("libopus", rate=RATE, layout="mono")
        for frame in moving(12):
            frame = av.VideoFrame.from_ndarray(frame, format="rgb24")
            container.mux(pictures.encode(frame))
        tone = 0.3 * np.sin(0.05 * np.arange(3 * RATE, dtype=np.float32))
        frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        for stream, last in ((sound, frame), (sound, None), (pictures, None)):
            container.mux(stream.encode(last))
    return folder


def moving(number):
    """A pattern that moves by 4 pixels a frame."""
    t, y, x = np.mgrid[:number, :48, :64]
    grey = 128 + 50 * np.sin(0.3 * (x - 4 * t)) + 50 * np.sin(0.25 * y)
    return grey.round().astype(np.uint8)[..., None].repeat(3, axis=-1)


def treat(command, folder, name, output, after, *more):
    flags = [f"--input={folder}/{name}", f"--after={after}", f"--output={output}"]
    done = command("vgan.treat", *flags, *more)
    assert done.code == 0, done.err
    return done, open_video(output)


def test_frames_go_through_the_chain(command, folder, tmp_path):
    output = tmp_path / "new" / "out.MP4"
    after = "crop(height=20, width=30) + resize(height=10, width=40)"
    done, made = treat(command, folder, "in.mp4", output, after)
    assert done.out == f"wrote 12 frames at 10 a second: {output}\n"
    assert (made.size, made.fps, made.num_frames, made.has_audio) == ((10, 40), 10, 12, False)
    given = np.stack(list(open_video(folder / "in.mp4")))[:, 14:34, 17:47]
    means = given.reshape(12, 10, 2, 30, 3).mean((2, 3, 4))
    found = np.stack(list(made)).mean((2, 3))
    assert np.abs(found - means).mean() < 3


def test_a_frame_rate_raised_by_motion(command, folder, tmp_path):
    done, made = treat(
        command, folder, "in.mp4", tmp_path / "a.mp4", "frame_rate(fps=20, how='flow')"
    )
    assert "wrote 24 frames at 20 a second" in done.out and made.fps == 20
    made, given = np.stack(list(made))[:23].astype(float), moving(12).astype(float)
    t, y, x = np.mgrid[:23, :48, :64]
    truth = (128 + 50 * np.sin(0.3 * (x - 2 * t)) + 50 * np.sin(0.25 * y))[..., None]
    inner = np.s_[:, 8:-8, 8:-8]
    error = np.square(made - truth)[1::2][inner].mean()
    blended = np.square((given[1:] + given[:-1]) / 2 - truth[1::2])[inner].mean()
    assert error < 0.3 * blended


@pytest.mark.parametrize("after", ["sharpen()", "frame_rate(fps=25, how='blend')"])
def test_the_sound_is_kept_and_ends_with_the_pictures(command, folder, tmp_path, after):
    treat(command, folder, "sound.mkv", tmp_path / "out.mp4", after)
    with av.open(str(tmp_path / "out.mp4")) as container:
        pictures, sound = container.streams.video[0], container.streams.audio[0]
        assert pictures.duration * pictures.time_base == Fraction(6, 5)
        assert sound.codec_context.name == "opus"
        ends = [(p.pts + p.duration) * p.time_base for p in container.demux(sound) if p.size]
        assert 1.15 < ends[-1] < 1.23


@pytest.mark.parametrize(
    ("after", "aspect"), [("sharpen()", Fraction(16, 15)), ("resize(height=20, width=20)", 1)]
)
def test_pixels_are_square_after_resize(command, folder, tmp_path, after, aspect):
    assert treat(command, folder, "oblong.mp4", tmp_path / "a.mp4", after)[1].pixel_aspect == aspect


def test_a_file_may_replace_itself(command, folder, tmp_path):
    (tmp_path / "in.mp4").write_bytes((folder / "sound.mkv").read_bytes())
    after = "crop(height=20, width=30)"
    _, made = treat(command, tmp_path, "in.mp4", tmp_path / "in.mp4", after, "--overwrite")
    assert made.size == (20, 30) and made.has_audio and len(list(made)) == 12


def test_a_frame_is_left_at_least(command, folder, tmp_path):
    done, made = treat(command, folder, "in.mp4", tmp_path / "a.mp4", "frame_rate(fps=0.1)")
    assert "wrote 1 frames at 0.1 a second" in done.out and made.fps == Fraction(1, 10)


def test_tensorflow_is_not_needed(folder, tmp_path):
    check = (
        "import runpy, sys; sys.argv = ['treat', *sys.argv[1:]]\n"
        "try: runpy.run_module('vgan.treat', run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end: assert not end.code\n"
        "print(*{'tensorflow', 'keras'} & set(sys.modules))"
    )
    after = "denoise(frames=1) + smooth() + frame_rate(fps=20, how='flow()')"
    flags = [f"--input={folder}/in.mp4", f"--after={after}", f"--output={tmp_path}/a.mp4"]
    done = subprocess.run(
        [sys.executable, "-c", check, *flags],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"wrote 24 frames at 20 a second: {tmp_path}/a.mp4\n\n"


GOOD = ["--input={in}/in.mp4", "--after=sharpen()", "--output={new}.mp4"]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 1, "--input: not given"),
        (["--input={in}/in.mp4"], 1, "--after: not given"),
        ([*GOOD, "--after="], 1, "--after: not given"),
        (GOOD[:2], 1, "--output: not given"),
        ([*GOOD, "--output={new}.gif"], 1, "unknown suffix. Known: .mp4"),
        ([*GOOD, "--output={in}/in.mp4"], 5, "it exists. Add --overwrite"),
        ([*GOOD, "--after=blur()"], 1, "unknown name 'blur'"),
        ([*GOOD, "--after=frame_rate(fps=50, how='raft()')"], 1, "Known: blend, blocks, flow"),
        ([*GOOD, "--after=crop(height=99, width=9)"], 1, "not inside frames of 48x64"),
        ([*GOOD, "--input={in}/missing.mp4"], 2, "no such file"),
        ([*GOOD, "--input={in}"], 2, "no such file"),
        ([*GOOD, "--input={text}"], 2, "can't be read"),
    ],
)
def test_treat_refuses(command, folder, tmp_path, arguments, code, text):
    names = {"in": folder, "new": tmp_path / "new", "text": __file__}
    done = command("vgan.treat", *(argument.format(**names) for argument in arguments))
    assert done.code == code
    line = done.err.splitlines()[-1]
    assert line.startswith("vgan: error: ") and text in line, done.err
    assert list(tmp_path.iterdir()) == []
