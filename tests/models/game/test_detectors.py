import pytest

from tests.models.game.small_game import make
from vgan.models.game.detectors import CRITICS_LOSS


def test_the_critics_loss_is_that_of_their_verdicts_alone():
    means = {
        ("terms", "discriminator", "clips"): 0.03,
        ("terms", "discriminator", "frames"): 0.02,
        ("terms", "discriminator", "r1/clips"): 5.0,
        ("terms", "generator", "clips"): 7.0,
    }
    gan = make()
    assert gan.symptoms(means) == {CRITICS_LOSS: pytest.approx(0.05)}
    assert CRITICS_LOSS in [detector.path for detector in gan.detectors()]
