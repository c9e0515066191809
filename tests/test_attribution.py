"""Maps of what critics look at, as a person asks for them."""

import numpy as np
import pytest

import vgan
from vgan.media.clips import write_video
from vgan.media.whole import read_video

FLOW = "--estimator=farneback()"


def test_maps_of_the_models_own_clips(command, tiny_run, tmp_path):
    output = tmp_path / "a.webp"
    flags = [f"--workdir={tiny_run}", "--num_videos=2", "--seed=3", FLOW, f"--output={output}"]
    done = command("vgan.attribution", *flags)
    assert done.code == 0, done.err
    shown = read_video(output)[0]
    assert shown.shape == (4, 18, 18, 3)
    np.testing.assert_array_equal(shown[:, :8, :8], vgan.load(tiny_run).sample(1, seed=3)[0])
    assert done.out.splitlines()[1].startswith("conv3d ")
    assert "of the pixels move" in done.out and f"wrote {output}" in done.out


def test_a_map_of_a_file(command, tiny_run, tmp_path):
    write_video(tmp_path / "in.mp4", vgan.load(tiny_run).sample(1)[0], 8)
    flags = [f"--workdir={tiny_run}", f"--input={tmp_path}/in.mp4", FLOW, "--zoom=2"]
    flags.append(f"--output={tmp_path}/a.webp")
    done = command("vgan.attribution", *flags, "--label=circle up")
    assert done.code == 0, done.err
    assert read_video(tmp_path / "a.webp")[0].shape == (4, 16, 36, 3)
    done = command("vgan.attribution", *flags, "--overwrite")
    assert done.code == 1 and "--label: not given, the classes are" in done.err


@pytest.mark.parametrize(
    "flags, text",
    [
        (["--input=a.mp4", "--num_videos=2"], "--num_videos: is of the model's videos"),
        (["--estimator=none()"], "unknown name 'none'"),
        (["--output=a.txt"], "unknown suffix"),
    ],
)
def test_what_it_says_of_bad_input(command, tiny_run, tmp_path, flags, text):
    done = command(
        "vgan.attribution", f"--workdir={tiny_run}", f"--output={tmp_path}/a.mp4", *flags
    )
    assert done.code == 1 and text in done.err.splitlines()[-1]
