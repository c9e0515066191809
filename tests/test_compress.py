"""python -m vgan.compress, and back."""

import re
import zipfile

import pytest

from vgan.core.clip import ClipSpec
from vgan.data import shapes
from vgan.media.clips import write_video
from vgan.media.source import open_video
from vgan.media.whole import read_video
from vgan.metrics import paired

SIZE = {"data": "shapes(num_videos=16)", "frames": 8, "height": 16, "width": 16, "batch_size": 2}
LATENTS = SIZE | {
    "model": "autoencoder()",
    "task": "rebuilding",
    "compressor": "haar3d(channels=4)",
    "steps": 1,
    "sample_interval": 1,
}
KEY_FRAMES = SIZE | {
    "task": "interpolation(every=2)",
    "generator": "unet3d(channels=2, latent_dim=2)",
    "discriminator": "frames2d(channels=2)",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """11 frames of 18 x 26, which are no whole windows nor places."""
    path = tmp_path_factory.mktemp("videos") / "in.mp4"
    write_video(path, shapes.windows(ClipSpec(11, 18, 26), 1, "train", num_videos=2)[0][0], 12)
    return path


@pytest.mark.parametrize("flags", [LATENTS, KEY_FRAMES], ids=["latents", "key_frames"])
def test_there_and_back(command, train_once, begin_once, path, tmp_path, flags):
    run = train_once(flags)[0] if flags is LATENTS else begin_once(flags)
    packed, output = tmp_path / "out.vgz", tmp_path / "out.mp4"
    done = command("vgan.compress", f"--workdir={run}", f"--input={path}", f"--output={packed}")
    assert done.code == 0, done.err
    wrote, restored, beside = done.out.splitlines()
    size = packed.stat().st_size
    assert wrote.startswith(f"wrote {packed}: 11 frames, {size:,} bytes, ")
    assert f"{8 * size / (11 * 18 * 26):.3f} bits a pixel" in wrote
    assert "PSNR" in restored and beside.startswith("H.264, ")
    back = [f"--workdir={run}", f"--input={packed}", f"--output={output}", "--restore"]
    done = command("vgan.compress", *back)
    assert done.code == 0, done.err
    made, real = (read_video(file)[0] for file in (output, path))
    assert made.shape == real.shape and open_video(output).fps == 12
    if flags is KEY_FRAMES:
        assert paired.psnr(made[None, ::2], real[None, ::2])[0] > 30, "they are kept"


def test_a_file_of_another_model_and_none_at_all(command, train_once, begin_once, path, tmp_path):
    run, other = train_once(LATENTS)[0], begin_once(LATENTS | {"seed": 1})
    packed, output = tmp_path / "out.vgz", f"--output={tmp_path}/out.mp4"
    flags = [f"--input={path}", f"--output={packed}", "--nocompare"]
    done = command("vgan.compress", f"--workdir={run}", *flags)
    assert done.code == 0 and len(done.out.splitlines()) == 1, done.err
    back = ["--restore", output, f"--input={packed}"]
    done = command("vgan.compress", f"--workdir={other}", *back)
    assert done.code == 2 and "packed by another model" in done.err
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("vgan.json", "{}")
    done = command("vgan.compress", f"--workdir={run}", *back)
    assert done.code == 2 and "can't be read" in done.err.splitlines()[-1]


def test_what_it_says_of_bad_input(command, tiny_run, path, tmp_path):
    flags = [f"--workdir={tiny_run}", f"--input={path}", f"--output={tmp_path}/a.vgz"]
    for more, text in (
        (["--label=0"], "gives no 4 or more at an even distance"),
        (["--restore"], "--output=.*unknown suffix"),
        (["--restore", "--label=0"], "--label: has no use with --restore"),
        (["--restore", "--step=0.5"], "--step: has no use with --restore"),
        (["--step=0.5"], "--step: this run packs key frames"),
        (["--step=9"], "--step=9"),
        (["--checkpoint=best"], "belongs to the last one"),
    ):
        done = command("vgan.compress", *flags, *more)
        assert done.code == 1
        assert re.search(text, done.err), done.err
