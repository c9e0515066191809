"""What maps are worth, by hand."""

import numpy as np
import pytest

from vgan.metrics import attribution


def test_the_share_of_a_map_somewhere():
    maps = np.zeros((2, 1, 2, 2))
    maps[0, 0] = [[3, -1], [0, 0]]
    where = np.array([[[[True, False], [True, True]]]] * 2)
    np.testing.assert_allclose(attribution.share(maps, where), [0.75, np.nan])


@pytest.mark.parametrize(
    "one, other, expected",
    [
        ([1, 2, 3], [10, 20, 900], 1),
        ([1, 2, 3], [3, 2, 1], -1),
        ([1, 2, 3, 4], [1, 3, 2, 4], 0.8),  # 1 - 6 * 2 / (4 * 15).
        ([1, 1, 2], [1, 2, 3], 3**0.5 / 2),  # Of ranks 1.5 1.5 3 and 1 2 3.
    ],
)
def test_rank_correlation(one, other, expected):
    assert attribution.rank_correlation(one, other) == pytest.approx(expected)
