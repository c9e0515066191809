"""Objects of a video by the command, and what it does with bad input."""

import av
import numpy as np
import pytest
from PIL import Image

from vgan.core.clip import ClipSpec
from vgan.data import shapes
from vgan.media.clips import write_video
from vgan.media.whole import read_video
from vgan.metrics.segments import mean_iou


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of a video, a picture, and what is neither."""
    folder = tmp_path_factory.mktemp("inputs")
    windows = shapes.windows(ClipSpec(10, 32, 32), 1, "test", objects=2, textured=True)
    write_video(folder / "in.mp4", windows[1][0], 12)
    write_video(folder / "plain.mp4", np.full((4, 16, 16, 3), 90, np.uint8), 12)
    write_video(folder / "small.mp4", np.zeros((4, 2, 4, 3), np.uint8), 12)
    Image.fromarray(windows[1][0][0]).save(folder / "in.png")
    (folder / "text.mp4").write_text("no video")
    np.save(folder / "masks.npy", windows.masks(1))
    return folder


def test_masks_and_an_overlay(command, folder, tmp_path):
    given = f"--input={folder}/in.mp4", f"--output={tmp_path}/found", "--objects=2"
    done = command("vgan.segment", *given)
    assert done.code == 0, done.err
    assert done.out == f"wrote 2 objects in 10 frames: {tmp_path}/found\n"
    names = ["mask.mp4", "object_1.mp4", "object_2.mp4", "overlay.mp4"]
    assert sorted(path.name for path in (tmp_path / "found").iterdir()) == names
    white = [read_video(tmp_path / "found" / name)[0].mean(-1) > 127 for name in names[:3]]
    first, second = np.load(folder / "masks.npy")
    assert mean_iou(white[1] + 2 * white[2], first + 2 * second) > 0.8
    np.testing.assert_array_equal(white[0], white[1] | white[2])
    with av.open(str(tmp_path / "found" / "overlay.mp4")) as container:
        assert container.streams.video[0].average_rate == 12
    assert command("vgan.segment", *given).code == 5  # It exists.
    assert command("vgan.segment", *given, "--overwrite", "--grow=2").code == 0
    more = read_video(tmp_path / "found" / "mask.mp4")[0].mean(-1) > 127
    assert more[white[0]].all() and more.sum() > 1.2 * white[0].sum()


def test_a_run_helps_to_see(command, begin_once, tiny, folder, tmp_path):
    workdir = begin_once(tiny | {"discriminator": "unet3d(channels=8)"})
    given = f"--input={folder}/in.mp4", f"--output={tmp_path}/a", "--objects=2"
    done = command("vgan.segment", *given, f"--workdir={workdir}")
    assert done.code == 0, done.err
    assert len(read_video(tmp_path / "a" / "mask.mp4")[0]) == 10


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 1, "--input: not given"),
        (["--input={in}/in.mp4"], 1, "--output: not given"),
        (["--input={in}/none.mp4", "--output={new}"], 2, "no such file"),
        (["--input={in}/text.mp4", "--output={new}"], 2, "can't be read"),
        (["--input={in}/in.png", "--output={new}"], 2, "in.png': it has a single frame"),
        (["--input={in}/plain.mp4", "--output={new}"], 2, "plain.mp4': it is of one colour"),
        (["--input={in}/small.mp4", "--output={new}", "--objects=9"], 1, "--objects=9: the video"),
        (["--input={in}/small.mp4", "--output={new}"], 1, "too small for dis"),
        (["--input={in}/in.mp4", "--output={new}", "--objects=0"], 1, "--objects=0"),
        (["--input={in}/in.mp4", "--output={in}/in.mp4", "--overwrite"], 5, "it is a file"),
        (["--input={in}/in.mp4", "--output={in}", "--overwrite"], 5, "not written by vgan.segment"),
        (["--input={in}/in.mp4", "--output={new}", "--estimator=none()"], 1, "unknown name 'none'"),
        (
            ["--input={in}/in.mp4", "--output={new}", "--checkpoint=best"],
            1,
            "--checkpoint, --trust_code: of a",
        ),
        (["--input={in}/in.mp4", "--output={new}", "--workdir={in}"], 4, "neither a workdir"),
    ],
)
def test_segment_refuses(command, folder, tmp_path, arguments, code, text):
    names = {"in": folder, "new": tmp_path / "new"}
    done = command("vgan.segment", *(argument.format(**names) for argument in arguments))
    assert done.code == code, done.err
    line = done.err.splitlines()[-1]
    assert line.startswith("vgan: error: ") and text in line, done.err
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_such_features(command, begin_once, tiny, folder, tmp_path):
    workdir = begin_once(tiny)
    given = f"--input={folder}/in.mp4", f"--output={tmp_path}/a", f"--workdir={workdir}"
    done = command("vgan.segment", *given)
    assert done.code == 1 and "no network of this run finds features" in done.err
    assert "Traceback" not in done.err and not (tmp_path / "a").exists()


def test_without_the_extra(command, folder, tmp_path):
    before = "import sys; sys.modules['sklearn.cluster'] = None"
    given = f"--input={folder}/in.mp4", f"--output={tmp_path}/a"
    done = command("vgan.segment", *given, before=before)
    assert done.code == 1 and "Run pip install 'vgan[segment]'" in done.err
