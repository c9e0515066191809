import warnings

import numpy as np
import pytest

from vgan.metrics.inception import inception_score


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_one_if_all_clips_look_alike():
    assert inception_score(np.tile([0.5, 0.3, 0.2, 0], (7, 1))) == pytest.approx(1)


def test_the_number_of_classes_if_sure_and_balanced():
    assert inception_score(np.eye(4).repeat(3, 0)) == pytest.approx(4)


def test_by_hand():
    # Shares 3/4, 1/4: divergences log(4/3) and (log(2/3) + log(2)) / 2.
    assert inception_score([[1, 0], [0.5, 0.5]]) == pytest.approx((4 / 3) ** 0.75)
    # Sure of 3 to 1, and a class that never occurs: the entropy of the shares.
    unbalanced = np.float32([[1, 0, 0]] * 3 + [[0, 1, 0]])
    assert inception_score(unbalanced) == pytest.approx(4 / 3**0.75)
