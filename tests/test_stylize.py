import numpy as np
import pytest
from PIL import Image

from vgan.media.clips import write_video
from vgan.media.whole import read_video

FEW = ("--first_steps=2", "--steps=1", "--features=random2d(channels=4)")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("style")
    random = np.random.default_rng(0)
    write_video(folder / "in.mp4", random.integers(0, 256, (3, 32, 48, 3), np.uint8), 10)
    picture = random.integers(0, 256, (20, 30, 3), np.uint8)
    Image.fromarray(picture).save(folder / "style.png")
    (folder / "text.png").write_text("no picture")
    return folder


def test_a_video_is_painted(command, files, tmp_path):
    given = f"--input={files}/in.mp4", f"--style={files}/style.png", f"--output={tmp_path}/a.mp4"
    done = command("vgan.stylize", *given, *FEW)
    assert done.code == 0, done.err
    assert "wrote 3 frames at 10 a second" in done.out
    assert read_video(tmp_path / "a.mp4")[0].shape == (3, 32, 48, 3)


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        ({"style": "text.png"}, 2, "text.png"),
        ({"style": "none.png"}, 2, "none.png"),
        ({"input": "none.mp4"}, 2, "none.mp4"),
        ({"style_weight": 0}, 1, "--style_weight=0: paints nothing"),
        ({"features": "none()"}, 1, "none"),
        ({"features": "vgg19(weights='none.h5')"}, 1, "can't be had"),
    ],
)
def test_bad_input_is_one_line(command, files, tmp_path, changes, code, told):
    given = {"input": "in.mp4", "style": "style.png"} | changes
    given |= {name: f"{files}/{given[name]}" for name in ("input", "style")}
    flags = [f"--{name}={value}" for name, value in given.items()]
    done = command("vgan.stylize", *flags, f"--output={tmp_path}/a.mp4")
    assert done.code == code and told in done.err and not (tmp_path / "a.mp4").exists()
    assert "Traceback" not in done.err
