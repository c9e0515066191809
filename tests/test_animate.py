"""A still picture, moved by the command."""

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from vgan.core.clip import ClipSpec
from vgan.data import shapes
from vgan.media.clips import write_video
from vgan.media.whole import read_video
from vgan.motion import animation, estimators, transfer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of a picture and a video."""
    folder = tmp_path_factory.mktemp("inputs")
    windows = shapes.windows(ClipSpec(5, 48, 64), 1, "train", num_videos=2, textured=True)
    Image.fromarray(windows[1][0][0]).save(folder / "in.png")
    write_video(folder / "in.mp4", windows[0][0], 12)
    return folder


def read(path):
    with Image.open(path) as image:
        return np.stack([np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(image)])


def test_moves(command, folder, tmp_path):
    moves = "zoom(factor=1.5) + pan(dx=6)"
    flags = [f"--input={folder}/in.png", f"--moves={moves}", f"--output={tmp_path}/new/a.webp"]
    done = command("vgan.animate", *flags, "--frames=5", "--nomark")
    assert done.code == 0, done.err
    assert done.out == f"wrote {tmp_path}/new/a.webp\n"
    picture = read(folder / "in.png")[0]
    expected = list(animation.animate(picture, animation.parse(moves), 5))
    np.testing.assert_array_equal(read(tmp_path / "new" / "a.webp"), expected)


def test_lengths_and_rates(command, folder, tmp_path):
    flags = [f"--input={folder}/in.png", "--moves=pan(dx=6)", f"--output={tmp_path}/a.mp4"]
    for more, expected in (([], (48, 25)), (["--frames=3", "--fps=8", "--overwrite"], (3, 8))):
        assert command("vgan.animate", *flags, *more).code == 0
        with av.open(str(tmp_path / "a.mp4")) as container:
            stream = container.streams.video[0]
            assert (stream.frames, stream.average_rate) == expected


def test_what_is_made_is_treated(command, folder, tmp_path):
    flags = [f"--input={folder}/in.png", "--moves=pan(dx=6)", f"--output={tmp_path}/a.webp"]
    after = "crop(height=20, width=30) + frame_rate(fps=50)"
    done = command("vgan.animate", *flags, "--frames=4", f"--after={after}", "--nomark")
    assert done.code == 0
    picture = read(folder / "in.png")[0]
    moved = np.stack(list(animation.animate(picture, animation.parse("pan(dx=6)"), 4)))
    expected = moved[:, 14:34, 17:47].repeat(2, axis=0)
    with Image.open(tmp_path / "a.webp") as image:
        shown, duration = [], 0
        for frame in ImageSequence.Iterator(image):
            shown.append(np.asarray(frame.convert("RGB")))
            duration += frame.info["duration"]
    np.testing.assert_array_equal(shown, expected[::2])  # Equal neighbours are one there.
    assert duration == 160


def test_motion_of_a_video(command, folder, tmp_path):
    output = tmp_path / "a.webp"
    flags = [f"--input={folder}/in.png", f"--motion_of={folder}/in.mp4", f"--output={output}"]
    done = command("vgan.animate", *flags, "--estimator=farneback()", "--nomark")
    assert done.code == 0, done.err
    picture, (video, _) = read(folder / "in.png")[0], read_video(folder / "in.mp4")
    expected = list(transfer.transfer(video, picture, estimators.farneback()))
    np.testing.assert_array_equal(read(output), expected)
    with Image.open(output) as image:
        image.load()  # It tells its times only then.
        assert image.info["duration"] in (83, 84)


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 1, "--input: not given"),
        (["--input={in}.png"], 1, "--moves, --motion_of: give one of the two"),
        (["--input={in}.png", "--moves=pan(dx=1)", "--motion_of={in}.mp4"], 1, "--moves, --moti"),
        (["--input={in}.png", "--motion_of={in}.mp4", "--frames=3"], 1, "--frames: with --motion"),
        (["--input={in}.png", "--moves=pan(dx=1)", "--estimator=dis()"], 1, "--estimator: --move"),
        (["--input={in}.png", "--moves=pan(dx=1)"], 1, "--output: not given"),
        (["--input={in}.png", "--moves=pan(dx=1)", "--output={new}"], 1, "unknown suffix"),
        (["--input={in}.png", "--moves=pan(dx=1)", "--output={in}.mp4"], 5, "it exists"),
        (["--input={in}.png", "--moves=pan(dz=1)", "--output={new}.gif"], 1, "no argument 'dz'"),
        (
            ["--input={in}.mp4", "--moves=pan(dx=1)", "--output={new}.gif"],
            2,
            "picture '{in}.mp4': can't be read",
        ),
        (["--input={in}.png", "--motion_of={in}.png.x", "--output={new}.gif"], 2, "no such file"),
        (["--input={in}.png", "--moves=pan(dx=1)", "--frames=0"], 1, "--frames=0"),
        (
            ["--input={in}.png", "--moves=pan(dx=1)", "--output={new}.gif", "--after=blur()"],
            1,
            "unknown name 'blur'",
        ),
    ],
)
def test_animate_refuses(command, folder, tmp_path, arguments, code, text):
    names = {"in": folder / "in", "new": tmp_path / "new"}
    done = command("vgan.animate", *(argument.format(**names) for argument in arguments))
    assert done.code == code
    line = done.err.splitlines()[-1]
    assert line.startswith("vgan: error: ") and text.format(**names) in line, done.err
    assert list(tmp_path.iterdir()) == []
