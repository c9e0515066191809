"""Directions as a file."""

import numpy as np
import pytest

from vgan.core.errors import CheckpointError, UsageError
from vgan.sampling import directions


def some(**others):
    found = directions.Directions(
        np.array(["speed", "principal_1"]),
        np.array(["statistic", "principal"]),
        np.float32([[0, 1, 0], [1, 0, 0]]),
        np.float32([0.5, np.nan]),
        np.int64(4),
    )
    return found._replace(**others)


def test_there_and_back(tmp_path):
    directions.write(tmp_path / "a.npz", some())
    found = directions.read(tmp_path / "a.npz", [3])
    for name, value in some()._asdict().items():
        np.testing.assert_array_equal(getattr(found, name), value)
    np.testing.assert_array_equal(found.vector("speed"), [0, 1, 0])
    with np.load(tmp_path / "a.npz") as file:
        assert set(file) == {"names", "kinds", "vectors", "r2", "step"}


def test_an_unknown_name_is_told_those_there_are():
    with pytest.raises(
        UsageError, match="direction 'hue': unknown. Choose one of speed, principal_1"
    ):
        some().vector("hue")


@pytest.mark.parametrize(
    "found, why",
    [
        (some(vectors=np.float32([[0, np.inf, 0], [1, 0, 0]])), "damaged .its vectors"),
        (some(vectors=np.ones((2, 3))), "damaged .its vectors"),
        (some(names=np.array(["a"])), "damaged .its arrays differ"),
        (some(names=np.array([1, 2])), "damaged .its names are no texts"),
        (some(vectors=np.ones((2, 4), np.float32)), r"of latents \[4\], this model's are \[3\]"),
    ],
)
def test_what_is_no_file_of_directions(tmp_path, found, why):
    directions.write(tmp_path / "a.npz", found)
    with pytest.raises(CheckpointError, match=why):
        directions.read(tmp_path / "a.npz", [3])


def test_a_file_that_is_none_and_one_that_is_missing(tmp_path):
    (tmp_path / "a.npz").write_text("text")
    with pytest.raises(CheckpointError, match="damaged"):
        directions.read(tmp_path / "a.npz", [3])
    with pytest.raises(CheckpointError, match="none yet. Find them by python -m vgan.directions"):
        directions.read(tmp_path / "b.npz", [3])
