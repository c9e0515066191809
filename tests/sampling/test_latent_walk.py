"""From one clip to another: the arc, the film, and the command."""

import numpy as np
import pytest

from vgan.core.errors import DataError
from vgan.media.clips import write_video
from vgan.media.source import open_video
from vgan.media.whole import read_video
from vgan.runs import trained
from vgan.sampling import latent_walk


@pytest.fixture(scope="module")
def run(tiny_run):
    return trained.restore_one(tiny_run)


def test_the_arc_by_hand():
    half = latent_walk.slerp(np.array([2.0, 0.0]), np.array([0.0, 4.0]), 0.5)
    np.testing.assert_allclose(half, [3 * 0.5**0.5] * 2, rtol=1e-6)
    third = latent_walk.slerp(np.array([1.0, 0.0]), np.array([0.0, 1.0]), 1 / 3)
    np.testing.assert_allclose(third, [3**0.5 / 2, 0.5], rtol=1e-6)


def test_the_arc_has_its_ends():
    one, other = np.random.default_rng(0).normal(size=[2, 3, 5])
    np.testing.assert_allclose(latent_walk.slerp(one, other, 0.0), one, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(latent_walk.slerp(one, other, 1.0), other, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(latent_walk.slerp(one, one, 0.4), one, rtol=1e-5)


def test_a_film_swings_from_the_one_clip_to_the_other(run, tiny_run):
    one, other = (latent_walk.of_seed(run.model, seed) for seed in (3, 8))
    model = run.sampling_model()
    film = np.stack(list(latent_walk.film(model, [one, other], 2, 10)))
    assert film.shape == (10, 8, 8, 3)
    ends = [model.sample(1, seed, label=2)[0] for seed in (3, 8)]
    np.testing.assert_array_equal(film[0], ends[0][0])
    np.testing.assert_array_equal(film[9], ends[1][3])  # Of frames 0 1 2 3 2 1 0 1 2 3.
    steps = np.abs(np.diff(np.float32(film), axis=0)).mean((1, 2, 3))
    assert steps.max() < np.abs(np.float32(ends[0][3]) - ends[1][0]).mean()


def test_a_film_through_three_ends(run):
    """Of nine frames the fifth is the second end's, frame 2 of 0 1 2 3 2 1 0 1 2."""
    ends = [latent_walk.of_seed(run.model, seed) for seed in (3, 8, 5)]
    model = run.sampling_model()
    film = list(latent_walk.film(model, ends, 2, 9))
    for number, seed in ((0, 3), (4, 8), (8, 5)):
        expected = model.sample(1, seed, label=2)[0][2 if number else 0]
        np.testing.assert_array_equal(film[number], expected)


def test_the_command(command, run, tiny_run, tmp_path):
    write_video(tmp_path / "in.mp4", run.sampling_model().sample(1, 5)[0], 8)
    flags = [f"--workdir={tiny_run}", "--label=2", "--steps=2", "--frames=10"]
    flags += ["--zoom=2", f"--output={tmp_path}/a.mp4"]
    done = command("vgan.walk", *flags, f"--ends=3,{tmp_path}/in.mp4")
    assert done.code == 0, done.err
    assert f"wrote 10 frames at 8 a second: {tmp_path}/a.mp4" in done.out
    assert read_video(tmp_path / "a.mp4")[0].shape == (10, 16, 16, 3)


def test_a_model_without_classes(command, begin_once, tiny, tmp_path):
    workdir, output = begin_once(tiny | {"conditional": False}), f"{tmp_path}/a.webp"
    flags = [f"--workdir={workdir}", "--ends=3,8", "--frames=4", f"--output={output}"]
    done = command("vgan.walk", *flags)
    assert done.code == 0, done.err
    done = command("vgan.walk", *flags, "--label=1", "--overwrite")
    assert done.code == 1 and "label '1': this model knows no classes" in done.err


def test_the_film_is_treated_and_then_enlarged(command, tiny_run, tmp_path):
    flags = [f"--workdir={tiny_run}", "--label=2", "--ends=3,8", "--frames=10", "--zoom=2"]
    after = "crop(height=4, width=6) + frame_rate(fps=4)"
    done = command("vgan.walk", *flags, f"--after={after}", f"--output={tmp_path}/a.mp4")
    assert done.code == 0, done.err
    assert f"wrote 5 frames at 4 a second: {tmp_path}/a.mp4" in done.out
    assert read_video(tmp_path / "a.mp4")[0].shape == (5, 8, 12, 3)


def test_an_end_of_found_latents(command, run, tiny_run, tmp_path):
    latents = latent_walk.of_seed(run.model, 3)
    np.save(tmp_path / "found.npy", latents[None])
    np.testing.assert_array_equal(
        latent_walk.of_file(run.model, str(tmp_path / "found.npy")), latents
    )
    made = []
    for end in ("3", f"{tmp_path}/found.npy"):
        output = tmp_path / f"{len(made)}.webp"
        flags = [f"--workdir={tiny_run}", "--label=2", "--frames=4", f"--output={output}"]
        done = command("vgan.walk", *flags, f"--ends={end},8")
        assert done.code == 0, done.err
        made.append(np.stack(list(open_video(output))))
    np.testing.assert_array_equal(*made)


@pytest.mark.parametrize(
    "values", [np.ones(8), np.zeros([1, 8]), np.full([1, 8], np.nan), np.ones([1, 9]), "text"]
)
def test_latents_that_are_not_this_models(run, tmp_path, values):
    path = tmp_path / "a.npy"
    path.write_text(values) if isinstance(values, str) else np.save(path, values)
    with pytest.raises(DataError, match="latents .*a.npy': "):
        latent_walk.of_file(run.model, str(path))


@pytest.mark.parametrize(
    "flags, code, text",
    [
        (["--ends=3"], 1, "--ends: give two"),
        (["--ends=3,4,5", "--frames=2"], 1, "--frames=2: fewer than --ends has"),
        (["--ends=-1,3"], 1, "--ends=-1,3: a seed is at least 0, not -1"),
        (["--ends=3,a.npy", "--label=2", "--steps=9"], 1, "--steps: no end is a video or picture"),
        (["--ends=3,none.npy", "--label=2"], 2, "latents 'none.npy': can't be read"),
        (["--ends=3,4"], 1, "--label: not given"),
        (["--ends=3,none.mp4", "--label=2"], 2, "none.mp4"),
        (["--ends=3,4", "--label=2", "--output=a.avi"], 1, "unknown suffix"),
        (["--ends=3,4", "--label=2", "--after=blur()"], 1, "unknown name 'blur'"),
        (["--ends=3,4", "--label=2", "--steps=9"], 1, "--steps: no end is a video or picture"),
    ],
)
def test_what_the_command_says_of_bad_input(command, tiny_run, tmp_path, flags, code, text):
    done = command("vgan.walk", f"--workdir={tiny_run}", f"--output={tmp_path}/a.mp4", *flags)
    assert done.code == code
    assert text in done.err.splitlines()[-1]
