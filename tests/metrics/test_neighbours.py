import numpy as np
import pytest

from vgan.metrics.neighbours import coverage_statistics, distances


def column(*values):
    return np.array(values, float)[:, None]


def test_by_hand():
    # With k = 2, balls [-3, 3] [-1, 3] [0, 6] [8, 12] [10, 12] [10, 14] around the real points
    # and [-1, 5] [2.5, 5.5] [4, 6] [4, 7] [5, 10.8] around the fake ones.
    real = column(0, 1, 3, 10, 11, 12)
    fake = column(2, 4, 5, 5.5, 7.9)
    assert coverage_statistics(real, fake, k=2) == pytest.approx(
        {"precision": 4 / 5, "recall": 4 / 6, "density": (3 + 1 + 1 + 1) / 5 / 2, "coverage": 3 / 6}
    )


def test_of_one_distribution_five_neighbours_tell_little_apart():
    real, fake = np.random.default_rng(0).normal(size=(2, 200, 2))
    found = coverage_statistics(real, fake)
    assert found == coverage_statistics(real, fake, k=5) != coverage_statistics(real, fake, k=4)
    assert all(0.85 < value < 1.15 for value in found.values())


def test_what_the_four_are_for():
    real = np.random.default_rng(1).normal(size=(200, 2))
    collapsed = real[:1] + np.random.default_rng(2).normal(0, 0.01, (200, 2))
    found = coverage_statistics(real, collapsed)
    assert found["precision"] == 1 and found["recall"] < 0.05 and found["coverage"] < 0.1
    found = coverage_statistics(real, real + 100)
    assert found == {"precision": 0, "recall": 0, "density": 0, "coverage": 0}
    one_outlier = np.concatenate([real, [[50.0, 50.0]]])
    found = coverage_statistics(one_outlier, real + [[25.0, 25.0]])
    assert found["precision"] == 1 and found["coverage"] == pytest.approx(1 / 201)


def test_distances():
    np.testing.assert_allclose(
        distances([[0, 0], [3, 0]], [[3, 4], [0, 0], [-1, 0]]), [[5, 0, 1], [4, 3, 4]], atol=1e-12
    )
    # Rounding would make some squares of zero distances negative.
    points = np.random.default_rng(3).normal(7, 1, (50, 301))
    exact = np.linalg.norm(points[:, None] - points, axis=-1)
    np.testing.assert_allclose(distances(points, points), exact, atol=1e-4)
    single = np.float32(points)
    np.testing.assert_array_equal(distances(single, single), distances(*[single.astype(float)] * 2))
