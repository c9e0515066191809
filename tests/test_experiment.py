"""What flags do to what is trained."""

import dataclasses

import numpy as np
import pytest

from vgan import experiment
from vgan.config import ExperimentConfig
from vgan.data import pipeline
from vgan.training import loop

BASE = ExperimentConfig(
    data="shapes(num_videos=8)",
    frames=4,
    height=8,
    width=8,
    batch_size=2,
    generator="conv3d(latent_dim=4, channels=4)",
    discriminator="conv3d(channels=4)",
    learning_rate=0.01,
)


def trained(config):
    """The weights of both players after two steps."""
    windows = pipeline.open_windows(config.data, config.clip, config.frame_step, "train")
    model = experiment.build(config, 0)
    step = loop.compile_step(model, config.seed).python_function  # Tracing it takes longer.
    for number, batch in enumerate(
        pipeline.batches(windows, config.batch_size, config.seed, 0, config.flip).take(2)
    ):
        step(*batch, turn=model.turn(number))
    return {
        player: np.concatenate([np.ravel(weight) for weight in weights])
        for player, weights in model.players().items()
    }


@pytest.fixture(scope="module")
def base():
    return trained(BASE)


def test_the_same_flags_train_the_same(base):
    again = trained(BASE)
    for player in base:
        np.testing.assert_array_equal(again[player], base[player])


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("adversarial", "bce(minimax=True)"),
        ("adversarial", "bce(label=0.9)"),
        ("adversarial", "least_squares"),
        ("adversarial", "least_squares(label=0.9)"),
        ("adversarial", "hinge"),
        ("adversarial", "wasserstein"),
        ("adversarial", "relativistic"),
        ("r1_gamma", 10.0),
        ("r2_gamma", 10.0),
        ("gradient_penalty", 10.0),
        ("weight_clip", 0.01),
        ("losses", "100*motion(estimator='farneback()')"),
        ("turns", "1:2"),
        ("turns", "2:1"),
        ("beta_1", 0.0),
        ("beta_2", 0.9),
        ("flip", True),
    ],
)
def test_each_flag_changes_what_is_trained(flag, value, base):
    found = trained(dataclasses.replace(BASE, **{flag: value}))
    assert any((found[player] != base[player]).any() for player in base)
