"""Maps over clips."""

import numpy as np
import pytest

from tests.sampling.linear_sampler import CARD, LABELLED, LinearSampler
from vgan.core.errors import UsageError
from vgan.motion import estimators
from vgan.runs import trained
from vgan.sampling import maps


@pytest.fixture(scope="module")
def found(tiny_run):
    run = trained.restore_one(tiny_run, whole=True)
    videos, labels = run.sampling_model().sample(2), maps.turns(run.card, 2)
    return maps.of_critics(run.model, run.card, videos, labels, estimators.farneback())


def test_what_is_found_of_each_critic(found):
    assert list(found.critics) == list(found.rows) == ["conv3d"] and not found.left_out
    row = found.rows["conv3d"]
    assert abs(row["missing"]) < 0.1
    assert abs(row["random"]) < 0.5 and 0 <= found.moving <= 1


def test_a_row_for_each_clip(found):
    picture = maps.picture(found)
    assert picture.shape == (4, 2 * 10 - 2, 2 * 10 - 2, 3)
    for row, top in enumerate((0, 10)):
        np.testing.assert_array_equal(picture[:, top : top + 8, :8], found.videos[row])
        shown = maps.overlay(found.videos[row], found.critics["conv3d"].maps[row])
        np.testing.assert_array_equal(picture[:, top : top + 8, 10:], shown)


def test_what_speaks_for_and_against_by_hand():
    video = np.full((1, 1, 3, 3), 100, np.uint8)
    shown = maps.overlay(video, np.float32([[[2, -2, 0]]]))[0, 0]
    np.testing.assert_allclose(shown, [[255, 140, 0], [40, 120, 255], [60, 60, 60]], atol=3)


def test_classes_go_in_turn():
    assert list(maps.turns(LABELLED, 5)) == [0, 1, 0, 1, 0]
    assert list(maps.turns(CARD, 2)) == [0, 0]


def test_a_model_without_critics():
    with pytest.raises(UsageError, match="no critic of pictures"):
        maps.of_critics(LinearSampler(), CARD, None, None, None)
