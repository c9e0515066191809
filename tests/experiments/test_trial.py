import csv

import motion_variants
import numpy as np
import pytest
import trial


def test_a_row_that_is_there_is_found(tmp_path):
    rows = trial.Rows(tmp_path / "new" / "rows.csv")
    assert rows.find(name="a", seed=0) is None
    rows.add({"name": "a", "seed": 0, "score": 1.5})
    rows.add({"name": "a", "seed": 1, "score": 2.5})
    assert rows.find(name="a", seed="1")["score"] == "2.5"
    assert rows.find(name="b", seed=0) is None
    with (tmp_path / "new" / "rows.csv").open() as file:
        assert len(list(csv.reader(file))) == 3, "one header"


def test_the_distance_of_two_samples():
    assert motion_variants.wasserstein(np.array([0.0, 1]), np.array([3.0, 4])) == 3
    # Half of the mass moves by 2.
    assert motion_variants.wasserstein(np.array([0.0]), np.array([0.0, 2])) == pytest.approx(1)
    one = np.random.default_rng(0).normal(size=50)
    assert motion_variants.wasserstein(one, one[::-1]) == 0
