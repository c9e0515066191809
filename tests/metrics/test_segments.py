import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from vgan.metrics.segments import adjusted_rand, mean_iou


def test_mean_iou_by_hand():
    truth = [[0, 0, 0, 0, 1, 1], [0, 0, 2, 2, 1, 1]]
    labels = [[3, 3, 3, 3, 0, 0], [3, 3, 0, 0, 0, 1]]
    # Ground 6 of 6. Thing 1 would have 3 of 6 with segment 0, then thing 2 0 of 3 with segment 1:
    # less than 1 of 4 with segment 1, and 2 of 5 with segment 0.
    assert mean_iou(labels, truth) == pytest.approx((1 + 1 / 4 + 2 / 5) / 3)
    labels[1][2] = 3
    assert mean_iou(labels, truth) == pytest.approx((6 / 7 + 3 / 5 + 0) / 3)


def test_numbers_of_segments_dont_matter():
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, (4, 5, 6))
    assert mean_iou(np.array([7, 0, 2])[truth], truth) == 1
    assert adjusted_rand(np.array([7, 0, 2])[truth], truth) == 1


def test_too_few_segments_and_too_many():
    truth = np.array([0, 0, 1, 1])
    assert mean_iou(np.zeros(4, int), truth) == 0.25  # Half of one, 0 of the other.
    assert mean_iou(np.arange(4), truth) == 0.5


def test_the_adjusted_rand_index():
    # Pairs: 1 of 15 in both, 4 and 3 in each alone, so 0.8 of 3.5 are expected by chance.
    labels, truth = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2]
    assert adjusted_rand(labels, truth) == pytest.approx((1 - 0.8) / (3.5 - 0.8))
    random = np.random.default_rng(1)
    pair = random.integers(0, 4, 500), random.integers(0, 3, 500)
    assert adjusted_rand(*pair) == pytest.approx(adjusted_rand_score(*pair))
    assert adjusted_rand([0, 0], [0, 0]) == 1
