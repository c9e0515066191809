"""Clips of another length than those a run was trained on."""

import numpy as np
import pytest

import vgan
from vgan.core.errors import UsageError


@pytest.fixture(scope="module")
def recurrent_run(begin_once, tiny):
    """The workdir of a run that can make clips of any length; its critics can't judge those."""
    generator = "recurrent(content_dim=6, motion_dim=4, channels=4, periods=(1, 2))"
    critics = "conv3d(channels=4) + frames2d(frames=4, channels=4)"
    values = tiny | {"generator": generator, "discriminator": critics}
    return begin_once(values)


@pytest.mark.parametrize("frames", [2, 4, 9])
def test_clips_of_another_length_begin_alike(recurrent_run, frames):
    trained = vgan.load(recurrent_run).sample(3, seed=5)
    videos = vgan.load(recurrent_run, frames=frames).sample(3, seed=5)
    assert videos.shape == (3, frames, 8, 8, 3)
    both = min(4, frames)
    # Within rounding, which depends on the number of frames.
    assert np.abs(np.subtract(videos[:, :both], trained[:, :both], dtype=int)).max() <= 1
    assert (videos[:, 1:] != videos[:, :-1]).any((2, 3, 4)).all()


def test_generate_makes_them(command, recurrent_run, tmp_path):
    output = tmp_path / "long.webp"
    flags = [f"--workdir={recurrent_run}", "--num_videos=2", f"--output={output}"]
    done = command("vgan.generate", *flags, "--frames=9")
    assert done.code == 0, done.err
    assert f"wrote 2 videos of 9x8x8 at 8 frames a second: {output}" in done.out


def test_the_length_it_was_trained_on_may_be_given(tiny_run):
    same = vgan.load(tiny_run, frames=4).sample(2)
    np.testing.assert_array_equal(same, vgan.load(tiny_run).sample(2))
    np.testing.assert_array_equal(same, vgan.load(tiny_run / "export", frames=4).sample(2))


def test_an_export_has_one_length(tiny_run):
    with pytest.raises(UsageError, match="--frames=8: an export makes clips of one length, this"):
        vgan.load(tiny_run / "export", frames=8)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--workdir={run}", "--frames=8"], "--frames=8: this run's generator makes clips of 4 f"),
        (["--workdir={run}", "--frames=9"], "--frames=9: this run's generator makes clips of 4 f"),
        (["--model={run}/export", "--frames=8"], "--frames: an export makes clips of one length"),
        (["--workdir={run}", "--frames=0"], "flag --frames=0: 0 is not a positive integer"),
    ],
)
def test_lengths_that_cannot_be(command, tiny_run, tmp_path, arguments, text):
    arguments = [argument.format(run=tiny_run) for argument in arguments]
    done = command("vgan.generate", *arguments, f"--output={tmp_path}/a.mp4")
    assert done.code == 1
    assert done.err.splitlines()[-1].startswith(f"vgan: error: {text}"), done.err
    assert list(tmp_path.iterdir()) == []
