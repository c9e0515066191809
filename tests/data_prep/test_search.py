"""The search in a small folder of features."""

import json

import numpy as np
import pytest

from data_prep.search import Clips, balance
from vgan.core.errors import DataError, UsageError

NAMES = ["colour.hue_0", "motion.mean", "edges.density"]
KEYS = ["walk/a.avi", "walk/b.avi", "run/c.avi", "d.avi"]
FEATURES = [[0.0, 10, 5], [1.0, 10, 5], [0.0, 30, 5], [1.0, 50, 5]]


def write(folder, features=FEATURES, names=NAMES):
    folder.mkdir(exist_ok=True)
    np.save(folder / "features.npy", np.array(features, np.float32))
    (folder / "features.json").write_text(json.dumps({"names": names}))
    rows = [
        {"key": key, "label": key.split("/")[0] if "/" in key else None, "frames": 20 + n}
        for n, key in enumerate(KEYS)
    ]
    (folder / "videos.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "prepared")


def lines(done):
    assert (done.code, done.err) == (0, ""), done.err
    return [line.split() for line in done.out.splitlines()]


def test_distances_by_hand(folder):
    """Deviations are .5 and sqrt(275); the third feature is the same for all and tells nothing."""
    numbers, distances = Clips(folder).nearest("walk/a.avi", 10)
    assert numbers.tolist() == [2, 1, 3]
    known = [400 / 275, 1 / 0.25, 1 / 0.25 + 1600 / 275]
    np.testing.assert_allclose(distances, np.sqrt(np.array(known) / 2), rtol=1e-6)


def test_like(command, folder):
    done = command("data_prep.search", folder, "--like=walk/a.avi", "--count=2")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "distance  key         label  frames\n"
        "0.8528    run/c.avi   run    22\n"
        "1.414     walk/b.avi  walk   21\n"
    )


def test_clips_that_are_all_alike(tmp_path):
    _, distances = Clips(write(tmp_path, [[1, 2, 3]] * 4)).nearest("d.avi", 5)
    assert distances.tolist() == [0, 0, 0]


def test_sort_by(command, folder):
    done = command("data_prep.search", "--sort_by=motion.mean", folder, "--count=2")
    assert lines(done) == [
        ["motion.mean", "key", "label", "frames"],
        ["50", "d.avi", "–", "23"],
        ["30", "run/c.avi", "run", "22"],
    ]
    done = command("data_prep.search", folder, "--sort_by=motion.mean", "--order=lowest")
    assert [line[1] for line in lines(done)[1:]] == KEYS


def test_balance_by(command, folder):
    done = command("data_prep.search", folder, "--balance_by=motion.mean", "--bins=4")
    assert lines(done) == [
        ["10", "to", "20", "2", "#" * 40],
        ["20", "to", "30", "0"],
        ["30", "to", "40", "1", "#" * 20],
        ["40", "to", "50", "1", "#" * 20],
    ]


def test_balance_of_one_value():
    assert [line.split()[3] for line in balance(np.full(3, 7.0), 2).splitlines()] == ["0", "3"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nothing to do: give one of --like"),
        (["--like=d.avi", "--sort_by=motion.mean"], "--like --sort_by: give one of"),
        (["--like=walk/z.avi"], "not among the 4. Nearest: walk/"),
        (["--sort_by=motion.men"], "--sort_by=motion.men: not among the 3. Nearest: motion.mean"),
        (["--balance_by=x"], "--balance_by=x: not among the 3. Nearest: colour.hue_0, "),
        (["--like=d.avi", "--bins=3"], "--bins: is not for --like"),
        (["--like=d.avi", "--order=lowest"], "--order: is not for --like"),
        (["--balance_by=motion.mean", "--count=3"], "--count: is not for --balance_by"),
        (["--sort_by=motion.mean", "--bins=3"], "--bins: is not for --sort_by"),
        (["other", "--like=d.avi"], "folder: 2 given"),
    ],
)
def test_what_is_wrong(command, folder, arguments, said):
    done = command("data_prep.search", folder, *arguments)
    assert done.code == 1 and said in done.err and done.err.count("\n") == 1


def test_a_folder_without_features(command, tmp_path):
    done = command("data_prep.search", tmp_path, "--like=a")
    assert done.code == 2 and "has no features.npy" in done.err and "--features=" in done.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("features.npy", "no numbers"),
        ("features.json", "{"),
        ("features.json", "{}"),
        ("features.json", '{"names": ["one"]}'),
        ("videos.jsonl", '{"label": null}\n'),
        ("videos.jsonl", '{"key": "a"}\n'),
        ("videos.jsonl", ""),
    ],
)
def test_damaged_features(folder, name, text):
    (folder / name).write_text(text)
    with pytest.raises(DataError, match="Prepare the videos again"):
        Clips(folder)


def test_features_that_are_not_finite(folder):
    write(folder, [[np.nan, 0, 0]] * 4)
    with pytest.raises(DataError, match="finite"):
        Clips(folder)


def test_nearest_of_no_key(folder):
    with pytest.raises(UsageError, match="--like=e.avi"):
        Clips(folder).nearest("e.avi", 1)
