"""A video's motion, shown by the command."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

import vgan
from vgan.core.clip import ClipSpec
from vgan.data import shapes
from vgan.media.clips import write_video
from vgan.media.whole import read_video
from vgan.motion import estimators, views


@pytest.fixture(scope="module")
def video():
    return shapes.windows(ClipSpec(5, 48, 48), 1, "train", num_videos=2, textured=True)[0][0]


@pytest.fixture(scope="module")
def path(video, tmp_path_factory):
    path = tmp_path_factory.mktemp("videos") / "in.mp4"
    write_video(path, video, 12)
    return path


def frames(path):
    with Image.open(path) as image:
        return np.stack([np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(image)])


def test_panels_stand_side_by_side(command, path, tmp_path):
    output = tmp_path / "new" / "out.webp"
    done = command(
        "vgan.show_motion",
        f"--input={path}",
        f"--output={output}",
        "--show=wheel,residual,arrows,compensated",
        "--longest=2",
    )
    assert done.code == 0, done.err
    assert done.out == f"wrote {output}\n"
    shown = frames(output)
    assert shown.shape == (4, 48, 4 * 50 - 2, 3)
    video, _ = read_video(path)
    for n in range(4):
        moment = views.Moment(video[n], video[n + 1], estimators.dis(), longest=2)
        parts = [views.wheel, views.residual, views.arrows, views.compensated]
        for number, view in enumerate(parts):
            left = 50 * number
            np.testing.assert_array_equal(shown[n, :, left : left + 48], view(moment))


def test_an_object_is_tracked_into_a_table(command, path, tmp_path):
    windows = shapes.windows(ClipSpec(5, 48, 48), 1, "train", num_videos=2, textured=True)
    scene = windows._scene(0)
    x, y = np.rint(scene.paths[0, 0] - 8).astype(int)
    flags = [f"--input={path}", f"--output={tmp_path}/out.mp4", "--show=tracks"]
    flags += [f"--box={x},{y},16,16"]
    done = command("vgan.show_motion", *flags)
    assert done.code == 0, done.err
    assert done.out.splitlines()[1] == f"wrote {tmp_path}/out.csv: found in 5 of 5 frames"
    table = np.genfromtxt(tmp_path / "out.csv", delimiter=",", names=True)
    found = np.stack([table["x"], table["y"]], axis=1)
    moved = scene.paths[0] - scene.paths[0, 0]
    np.testing.assert_allclose(found - found[0], moved, atol=1.3)
    again = command("vgan.show_motion", *flags, f"--track_csv={tmp_path}/other.csv")
    assert again.code == 5 and "it exists. Add --overwrite" in again.err
    again = command(
        "vgan.show_motion", *flags, f"--track_csv={tmp_path}/other.csv", "--overwrite", "--fps=5"
    )
    assert again.code == 0, again.err
    assert (tmp_path / "other.csv").read_text() == (tmp_path / "out.csv").read_text()


def test_a_generator_shows_its_own_motion(command, begin_once, tiny, tmp_path):
    layered = "layered(latent_dim=8, channels=4, objects=2)"
    run = begin_once(tiny | {"generator": layered})
    output = tmp_path / "out.webp"
    flags = [f"--workdir={run}", "--seed=3", f"--output={output}", "--show=masks,wheel,compensated"]
    done = command("vgan.show_motion", *flags, "--longest=1")
    assert done.code == 0, done.err
    (video,), (flow,), (masks,) = vgan.load(run).sample(1, seed=3, with_motion=True)
    shown = frames(output)
    assert shown.shape == (3, 8, 3 * 10 - 2, 3)
    for n in range(3):
        known = flow[n], masks[n]
        moment = views.Moment(video[n], video[n + 1], None, longest=1, known=known)
        for number, view in enumerate([views.masks, views.wheel, views.compensated]):
            np.testing.assert_array_equal(shown[n, :, 10 * number : 10 * number + 8], view(moment))


def test_a_mask_is_tinted():
    frame = np.full((2, 3, 3), 100, np.uint8)
    masks = np.zeros((2, 3, 2), np.float32)
    masks[0, 0, 0], masks[1, 2, 1] = 1, 0.5
    moment = views.Moment(frame, frame, None, known=(None, masks))
    shown = views.masks(moment)
    assert shown[0, 0].tolist() == [40 + 153, 40, 40], "red, to 60 %"
    assert shown[1, 2].tolist() == [70 + 76, 70, 70 + 76] or shown[1, 2, 1] == 70
    assert (shown[0, 1:] == 100).all() and (shown[1, :2] == 100).all()


def test_a_generator_that_knows_none_says_so(command, tiny_run, tmp_path):
    done = command("vgan.show_motion", f"--workdir={tiny_run}", f"--output={tmp_path}/out.mp4")
    assert done.code == 1
    assert "doesn't know how its videos move" in done.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 1, "--input, --workdir: give one of the two"),
        (["--input={path}", "--workdir={new}"], 1, "--input, --workdir: give one of the two"),
        (["--input={path}", "--output={new}.mp4", "--seed=1"], 1, "--seed: is of a model's video"),
        (["--input={path}", "--output={new}.mp4", "--show=masks"], 1, "--show=masks: is of a mod"),
        (["--workdir={new}", "--estimator=dis", "--output={new}.mp4"], 1, "--estimator: the gener"),
        (["--input={path}"], 1, "--output: not given. Name a file, of .mp4, .gif, .webp"),
        (["--input={path}", "--output={new}.avi"], 1, "--output={new}.avi: unknown suffix"),
        (["--input={path}", "--output={path}"], 5, "it exists. Add --overwrite"),
        (["--input={path}", "--output={new}.mp4", "--show=wheels"], 1, "--show=wheels: choose fro"),
        (["--input={path}", "--output={new}.mp4", "--show="], 1, "--show=: choose from arrows, co"),
        (["--input={path}", "--output={new}.mp4", "--show=tracks"], 1, "--box: goes with tracks"),
        (["--input={path}", "--output={new}.mp4", "--box=1,2,9,9"], 1, "--box: goes with tracks"),
        (
            ["--input={path}", "--output={new}.mp4", "--show=tracks", "--box=1,2,9"],
            1,
            "--box=1,2,9: no box",
        ),
        (
            ["--input={path}", "--output={new}.mp4", "--show=tracks", "--box=1,2,90,9"],
            1,
            "box (1, 2, 90, 9): it must lie in the frame of 48x48 pixels",
        ),
        (["--input={path}", "--output={new}.mp4", "--track_csv=a.csv"], 1, "--track_csv: nothing"),
        (["--input={path}", "--output={new}.mp4", "--estimator=raft"], 1, "unknown name 'raft'"),
        (["--input={path}", "--output={new}.mp4", "--longest=0"], 1, "--longest=0"),
        (
            ["--input={path}", "--output={new}.mp4", "--show=arrows", "--longest=3"],
            1,
            "--longest: is of the colours of wheel",
        ),
        (
            ["--input={path}", "--output={new}.mp4", "--show=tracks", "--box=1,2,9,9"]
            + ["--estimator=farneback()"],
            1,
            "--estimator: tracks are found without flow",
        ),
        (["--input={path}", "--output={new}.mp4", "--estimator=os.path"], 1, "is a module, not"),
        (["--input={path}", "--output={new}.mp4", "--fps=nan"], 1, "--fps=nan"),
        (["--input={still}", "--output={new}.mp4"], 2, "the video has a single frame"),
        (["--input={new}.mp4", "--output={new}.gif"], 2, "no such file"),
    ],
)
def test_show_motion_refuses(command, path, video, tmp_path, arguments, code, text):
    still = tmp_path / "still.mp4"
    write_video(still, video[:1], 8)
    names = {"path": path, "still": still, "new": tmp_path / "new"}
    done = command("vgan.show_motion", *(argument.format(**names) for argument in arguments))
    assert done.code == code
    line = done.err.splitlines()[-1]
    assert line.startswith(f"vgan: error: {text.format(**names)}") or text in line, done.err
    assert [path.name for path in tmp_path.iterdir()] == ["still.mp4"]
