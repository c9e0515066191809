"""The command as a person runs it."""

import json

import numpy as np
import pytest

from vgan.metrics import classifier

TINY = ["--data=shapes(num_videos=16)", "--frames=4", "--height=8", "--width=8", "--steps=2"]


@pytest.fixture
def unlabelled(tmp_path, prepare):
    """A prepared folder without labels."""
    raw = tmp_path / "two"
    raw.mkdir()
    random = np.random.default_rng(0)
    for number in range(2):
        np.save(raw / f"{number}.npy", random.integers(0, 256, [4, 8, 8, 3], np.uint8))
    prepare(raw, tmp_path / "unlabelled", (8, 8), test_fraction=0.5)
    return tmp_path / "unlabelled"


def test_it_trains_tells_and_stores(command, tmp_path):
    output = tmp_path / "new folder" / "a"
    done = command("vgan.train_classifier", *TINY, "--frame_step=2", f"--output={output}")
    assert done.code == 0, done.err
    assert "step 2/2 100%  loss " in done.out
    made = classifier.load(output)
    about = json.loads((output / "classifier.json").read_text())
    assert about["clip"] == [4, 8, 8, 3]
    assert about["frame_step"] == 2
    assert about["data"] == "shapes(num_videos=16)"
    assert about["n_held_out"] == 2
    right = f"right on {about['held_out_accuracy']:.1%} of 2 held-out clips"
    assert f"wrote {output}: {right}" in done.out
    assert len(made.labels) == 12

    again = command("vgan.train_classifier", *TINY, f"--output={output}")
    assert again.code == 5
    assert f"vgan: error: output '{output}': it exists. Add --overwrite" in again.err
    other = ["--frame_step=2", "--seed=1", "--overwrite", f"--output={output}"]
    assert command("vgan.train_classifier", *TINY, *other).code == 0
    assert classifier.load(output).digest != made.digest


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--data=", "--output={new}"], 1, "--data: not given. Name a folder"),
        (["--data=shapes()"], 1, "--output: not given. Name a folder"),
        (["--output={new}", "--data={unlabelled}"], 2, "fewer than 2 labels"),
        (["--output={new}", "--data={new}"], 2, "not a folder"),
        (["--output={unlabelled}", "--overwrite"], 5, "so --overwrite leaves it alone"),
        (["--output={new}", "--steps=0"], 1, "--steps"),
    ],
)
def test_it_refuses(command, tmp_path, unlabelled, arguments, code, text):
    names = {"new": tmp_path / "new", "unlabelled": unlabelled}
    arguments = [argument.format(**names) for argument in arguments]
    done = command("vgan.train_classifier", *TINY, *arguments)
    assert done.code == code
    (line,) = [line for line in done.err.splitlines() if "vgan: error:" in line]
    assert text in line
    assert line == done.err.splitlines()[-1]
    assert "Traceback" not in done.err
    assert not names["new"].exists()
