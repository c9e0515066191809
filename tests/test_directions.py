"""Directions as a person finds and walks them."""

import json
import shutil

import numpy as np
import pytest

from vgan.media.whole import read_video
from vgan.runs import trained
from vgan.sampling import directions, latent_walk

FEW = ["--num_videos=64", "--components=1", "--estimator=farneback()"]


@pytest.fixture(scope="module")
def run(command, tiny_run, tmp_path_factory):
    """A run with directions, and what the command printed."""
    run = tmp_path_factory.mktemp("runs") / "a run"
    shutil.copytree(tiny_run, run)
    done = command("vgan.directions", f"--workdir={run}", *FEW)
    assert done.code == 0, done.err
    return run, done


def the_line(done):
    line = done.err.strip().splitlines()[-1]
    assert line.startswith("vgan: error: ")
    return line.removeprefix("vgan: error: ")


def test_what_is_found_and_written(run):
    run, done = run
    found = directions.read(run / "directions" / "directions.npz", [8])
    names = list(found.names)
    assert {"brightness", "speed", "hue_red", "principal_1", "singular_1"} <= set(names)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, rtol=1e-5)
    written = {path.name for path in (run / "directions").iterdir()}
    files = {"directions.npz", "directions.json", "report.html"}
    assert written == {*files, *(f"{name}.webp" for name in names)}
    scores = json.loads((run / "directions" / "directions.json").read_text())
    assert [row["name"] for row in scores["directions"]] == names
    assert scores["fitted"] + scores["held_out"] + scores["still"] == 64
    assert "their means taken off" in scores["labels"]
    assert "\nbrightness " in done.out and "\nhue, as an angle: R^2 " in done.out
    assert f"wrote {run}/directions/directions.npz" in done.out


def test_a_walk_along_a_direction(command, run, tmp_path):
    run, output = run[0], tmp_path / "a.webp"
    flags = [f"--workdir={run}", "--label=2", "--along=brightness", "--frames=10"]
    flags.append("--nomark")
    done = command("vgan.walk", *flags, "--ends=3", f"--output={output}")
    assert done.code == 0, done.err
    film = read_video(output)[0]
    restored = trained.restore_one(run)
    vector = directions.read(run / "directions" / "directions.npz", [8]).vector("brightness")
    start = latent_walk.of_seed(restored.model, 3)
    ends = [start - 2 * vector, start + 2 * vector]
    expected = list(latent_walk.film(restored.sampling_model(), ends, 2, 10))
    np.testing.assert_array_equal(film[[0, 9]], [expected[0], expected[9]])
    assert np.abs(np.diff([of.mean() for of in (expected[0], expected[-1])])) > 1
    done = command("vgan.walk", *flags, f"--output={tmp_path}/b.webp")
    assert done.code == 0 and output.read_bytes() != (tmp_path / "b.webp").read_bytes()


@pytest.mark.parametrize(
    "flags, code, text",
    [
        (["--along=up"], 1, "direction 'up': unknown. Choose one of brightness, "),
        (["--along=speed", "--ends=3,4"], 1, "--along=speed and --ends=3,4: a direction is walked"),
        (["--along=speed", "--directions=none"], 4, "directions 'none/directions.npz': there are"),
        (["--ends=3,4", "--directions=none"], 1, "--directions: nothing is walked along"),
    ],
)
def test_what_a_walk_says_of_bad_input(command, run, tmp_path, flags, code, text):
    given = [f"--workdir={run[0]}", "--label=2", f"--output={tmp_path}/a.mp4"]
    done = command("vgan.walk", *given, *flags)
    assert done.code == code and text in the_line(done)
    assert not (tmp_path / "a.mp4").exists()


def test_directions_of_another_step_are_warned_of(command, run, tmp_path):
    found = directions.read(run[0] / "directions" / "directions.npz", [8])
    directions.write(tmp_path / "directions.npz", found._replace(step=np.int64(2)))
    assert "of step 2, and this is 4. Find them anew" in walked(command, run, tmp_path)


def test_a_direction_that_explains_little_is_warned_of(command, run, tmp_path):
    found = directions.read(run[0] / "directions" / "directions.npz", [8])
    speed = found.names == "speed"
    for r2, warned in ((0.29, True), (0.31, False), (np.nan, False)):
        changed = np.where(speed, r2, found.r2).astype(np.float32)
        directions.write(tmp_path / "directions.npz", found._replace(r2=changed))
        assert ("R^2 0.29, so little of it" in walked(command, run, tmp_path)) == warned


def walked(command, run, tmp_path):
    """What a walk along the speed says."""
    flags = [f"--workdir={run[0]}", "--label=2", "--along=speed", f"--directions={tmp_path}"]
    flags += ["--frames=2", f"--output={tmp_path}/a.webp", "--overwrite"]
    done = command("vgan.walk", *flags)
    assert done.code == 0, done.err
    return done.err


def test_what_is_in_the_way(command, run, tmp_path):
    done = command("vgan.directions", f"--workdir={run[0]}", *FEW)
    assert done.code == 5 and "it exists. Add --overwrite" in the_line(done)
    (tmp_path / "mine").mkdir()
    flags = [f"--workdir={run[0]}", f"--output={tmp_path}/mine", "--overwrite"]
    done = command("vgan.directions", *flags, *FEW)
    assert done.code == 5 and "holds no directions, so it isn't overwritten" in the_line(done)
    output = tmp_path / "one class"
    done = command("vgan.directions", flags[0], *FEW, f"--output={output}", "--label=circle up")
    assert done.code == 0, done.err
    scores = json.loads((output / "directions.json").read_text())
    assert scores["labels"] == "All are of the class circle up."
    done = command("vgan.directions", *FEW)
    assert done.code == 1 and the_line(done).startswith("--workdir: not given")
