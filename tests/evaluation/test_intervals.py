import numpy as np
import pytest

from vgan.evaluation.intervals import GROUPS, jackknife


def difference(real, fake):
    return fake.mean() - real.mean()


def squared_error(rows):
    """Of a mean, from the textbook: s^2 / n."""
    return np.var(rows, ddof=1) / len(rows)


@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, GROUPS), (GROUPS, 7)])
def test_of_a_difference_of_means_it_is_the_textbooks(n, m):
    random = np.random.default_rng(0)
    real, fake = random.normal(2, 3, n), random.normal(5, 1, m)
    found = jackknife(difference, real, random.permutation(n), fake, random.permutation(m) + 100)
    np.testing.assert_allclose(found, np.sqrt(squared_error(real) + squared_error(fake)))


@pytest.mark.parametrize("side", [0, 1])
def test_each_side_counts(side):
    rows = [np.random.default_rng(1).normal(size=9), np.zeros(4)]
    real, fake = rows if side == 0 else rows[::-1]
    found = jackknife(difference, real, np.arange(len(real)), fake, np.arange(len(fake)))
    np.testing.assert_allclose(found, np.sqrt(squared_error(rows[0])))


def left_out_together(sources):
    """The sets of rows that are left out, as a figure sees it that is given row numbers."""
    left_out = []

    def watch(real, fake):
        left_out.append(tuple(sorted(set(range(len(sources))) - set(real.tolist()))))
        return 0.0

    rows = np.arange(len(sources))
    jackknife(watch, rows, np.array(sources), np.arange(2), np.arange(2))
    return [rows for rows in left_out if rows]


def test_rows_of_one_source_are_left_out_together():
    assert left_out_together([7, 3, 7, 9, 3]) == [(0, 2), (1, 4), (3,)]


def test_more_sources_than_groups_are_dealt_out_in_their_order():
    sources = [*range(50, 50 + GROUPS), 3, 99, 50]
    expected = [(n,) for n in range(GROUPS)]
    expected[0] = (0, GROUPS, GROUPS + 2)
    expected[1] = (1, GROUPS + 1)
    assert left_out_together(sources) == expected


def test_what_sources_are_called_does_not_matter():
    sources = np.random.default_rng(2).integers(0, 30, 80)
    renamed = np.random.default_rng(3).permutation(30)[sources]
    assert left_out_together(sources) == left_out_together(renamed)


def test_copies_of_a_row_in_one_source_tell_nothing_new():
    random = np.random.default_rng(4)
    rows, fake = random.normal(size=6), np.zeros(3)
    copied = jackknife(difference, rows.repeat(5), np.arange(6).repeat(5), fake, np.arange(3))
    np.testing.assert_allclose(copied, np.sqrt(squared_error(rows)))


@pytest.mark.parametrize(("real", "fake"), [([1, 1, 1], [0, 1]), ([0, 1], [4, 4]), ([0], [0, 1])])
def test_one_source_on_a_side_is_too_few(real, fake):
    assert jackknife(difference, np.ones(len(real)), real, np.ones(len(fake)), fake) is None


def test_figures_in_an_array_are_as_one_by_one():
    random = np.random.default_rng(5)
    real, fake = random.normal(size=(12, 3)), random.normal(size=(8, 3))
    sources = np.arange(12) // 2, np.arange(8)

    def figures(real, fake):
        return np.stack([fake.mean(0) - real.mean(0), fake.max(0)])

    found = jackknife(figures, real, sources[0], fake, sources[1])
    assert found.shape == (2, 3)
    for row, column in np.ndindex(2, 3):
        alone = jackknife(
            lambda *sides, at=(row, column): figures(*sides)[at],
            real,
            sources[0],
            fake,
            sources[1],
        )
        np.testing.assert_allclose(found[row, column], alone)
    listed = jackknife(lambda *sides: list(figures(*sides)[0]), real, sources[0], fake, sources[1])
    np.testing.assert_allclose(listed, found[0])
