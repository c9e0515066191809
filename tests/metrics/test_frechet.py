import numpy as np
import pytest

from vgan.metrics import frechet


def by_eigenvalues(a, b):
    """The textbook formula: the trace of a square root is the sum of the roots of eigenvalues."""
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(cov_a @ cov_b).real, 0))
    means = np.square(a.mean(0) - b.mean(0)).sum()
    return means + np.trace(cov_a) + np.trace(cov_b) - 2 * roots.sum()


def correlated(random, count, dims):
    return random.normal(size=(count, dims)) @ random.normal(size=(dims, dims)) + random.normal(
        size=dims
    )


@pytest.mark.parametrize("counts", [(200, 300), (9, 300), (300, 8), (8, 5)])
def test_agrees_with_the_formula(counts):
    random = np.random.default_rng(0)
    a, b = (correlated(random, count, 8) for count in counts)
    # Below 9 rows a covariance is singular: the formula itself loses half its digits.
    accuracy = 1e-9 if min(counts) > 8 else 1e-6
    assert frechet.distance(a, b) == pytest.approx(by_eigenvalues(a, b), rel=accuracy)
    assert frechet.distance(b, a) == pytest.approx(frechet.distance(a, b), rel=1e-12)


def test_by_hand():
    # Means 1 and 5, variances 2 and 8.
    assert frechet.distance([[0], [2]], [[3], [7]]) == pytest.approx(16 + 2 + 8 - 2 * 4)
    # Covariances [[2, 0], [0, 0]] and [[2, 2], [2, 2]], whose product has the eigenvalues 4, 0.
    found = frechet.distance([[0, 0], [2, 0]], [[0, 0], [2, 2]])
    assert found == pytest.approx(1 + 2 + 4 - 2 * 2)


@pytest.mark.parametrize("scale", [1, 10])
def test_nothing_between_a_set_and_itself(scale):
    few = 3 + scale * np.random.default_rng(1).normal(size=(64, 400))
    for same in (few, few[::-1], np.random.default_rng(2).permutation(few)):
        assert 0 <= frechet.distance(few, same) < 1e-9


def test_single_precision_is_computed_in_double():
    a, b = (np.float32(np.random.default_rng(n).normal(1000, 1, (300, 8))) for n in (0, 1))
    assert frechet.distance(a, b) == pytest.approx(
        by_eigenvalues(a.astype(float), b.astype(float)), rel=1e-6
    )


@pytest.mark.parametrize("shift, scale", [(0.27**0.5, 1), (0, 1.3)])
def test_extrapolated_leads_to_the_truth(shift, scale):
    count, dims, deviation = frechet.LEAST, 200, (3 / 200) ** 0.5
    truth = shift**2 + dims * (deviation * (scale - 1)) ** 2
    assert truth >= 0.25
    found = []
    for seed in range(5):
        random = np.random.default_rng(seed)
        a, b = random.normal(0, deviation, (2, count, dims))
        b *= scale
        b[:, 0] += shift
        found.append(frechet.extrapolated(a, b, seed))
    assert frechet.distance(a, b) > 3 * truth
    values, errors = np.transpose(found)
    assert values.mean() == pytest.approx(truth, rel=0.15)
    assert values.std(ddof=1) / 3 < errors.mean() < values.std(ddof=1) * 3


def test_the_line_and_its_error(monkeypatch):
    sizes, distances, rows = [], [], []

    def distance(a, b):
        assert len(a) == len(b) == len(np.unique(a)) == len(np.unique(b))
        sizes.append(len(a))
        rows.append(a)
        distances.append(3 + 50 / len(a) + 0.1 * np.sin(len(a)))
        return distances[-1]

    monkeypatch.setattr(frechet, "distance", distance)
    larger, smaller = np.arange(1000)[:, None], np.arange(600)[:, None]
    value, error = frechet.extrapolated(larger, smaller, 7)
    assert len(sizes) == 12 and (max(sizes), min(sizes)) == (600, 360)
    np.testing.assert_allclose(np.diff(1 / np.array(sizes)), (1 / 360 - 1 / 600) / 11, rtol=0.1)
    assert max(map(np.max, rows)) > 800  # the rows beyond the smaller set's number are drawn too
    line, covariance = np.polyfit(1 / np.array(sizes), distances, 1, cov=True)
    assert value == pytest.approx(line[1])
    assert error == pytest.approx(covariance[1, 1] ** 0.5)
    assert error > 0


def test_the_seed_chooses_the_subsamples():
    a, b = np.random.default_rng(3).normal(size=(2, 600, 4))
    assert frechet.extrapolated(a, b, 5) == frechet.extrapolated(a, b, 5)
    assert frechet.extrapolated(a, b, 5) != frechet.extrapolated(a, b, 6)


def test_no_extrapolation_from_few():
    a = np.random.default_rng(4).normal(size=(600, 3))
    least = frechet.LEAST
    assert frechet.extrapolated(a[:least], a[:least], 0) is not None
    assert frechet.extrapolated(a[: least - 1], a, 0) is None
    assert frechet.extrapolated(a, a[: least - 1], 0) is None
