"""Directions of a sampler whose statistics are known directions."""

import keras
import numpy as np
import pytest

from tests.sampling.linear_sampler import BRIGHTNESS, CARD, LABELLED, LATENTS, SPEED, LinearSampler
from vgan.core.errors import UsageError
from vgan.metrics import content
from vgan.sampling import discovery, measuring


def network():
    latents, condition = keras.Input((LATENTS,)), keras.Input((*CARD.clip.shape[:3], 0))
    label = keras.Input((), dtype="int32")
    x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(5)(latents))
    return keras.Model([latents, condition, label], keras.layers.Dense(3)(x))


@pytest.fixture(scope="module", params=[CARD, LABELLED], ids=["bare", "of classes"])
def found(request):
    measure = measuring.Measure(LinearSampler(network()), request.param, None)
    return measure, discovery.find(measure, 7, 96, 2)


def of(found, name):
    return list(found.directions.names).index(name)


@pytest.mark.parametrize("name, latent", [("brightness", BRIGHTNESS), ("speed", SPEED)])
def test_a_known_direction_is_found(found, name, latent):
    found = found[1]
    assert found.directions.r2[of(found, name)] > 0.97  # 8 bits are not quite a straight line.
    np.testing.assert_allclose(found.directions.vector(name), np.eye(LATENTS)[latent], atol=0.05)


def test_a_step_changes_its_own_statistic_and_no_other(found):
    changes = found[1].changes[of(found[1], "speed")]
    names = list(content.UNITS)
    assert changes[names.index("speed")] == pytest.approx(1, abs=0.15)  # Of the clips drawn.
    others = [names.index(name) for name in ("size", "hue_red", "direction_right")]
    np.testing.assert_allclose(changes[others], 0, atol=0.05)


def test_what_never_changes_has_no_direction(found):
    names = set(found[1].directions.names)
    assert {"size", "direction_right", "direction_down"}.isdisjoint(names)
    assert {"principal_2", "singular_2"} <= names and "principal_3" not in names
    assert np.isnan(found[1].directions.r2[[of(found[1], "principal_1")]]).all()


def test_what_the_class_explains():
    """Its step of a ground of 2 is worth (0.1)^2, and latents are (0.1)^2, of the variance."""
    measure = measuring.Measure(LinearSampler(network()), LABELLED, None)
    by_label = discovery.find(measure, 7, 400, 0).by_label
    assert by_label[list(content.UNITS).index("brightness")] == pytest.approx(0.5, abs=0.12)
    for one in (
        measuring.Measure(LinearSampler(network()), CARD, None),
        measuring.Measure(LinearSampler(network()), LABELLED, None, label=1),
    ):
        assert np.isnan(discovery.find(one, 7, 64, 0).by_label).all()


def test_strips_show_the_way(found):
    measure, found = found
    strip = list(discovery.strips(measure, found.directions))[of(found, "brightness")]
    assert strip.shape == (3, 3 * 10 - 2, 5 * 10 - 2, 3)
    levels = [int(strip[0, 0, 10 * column, 0]) for column in range(5)]
    assert levels == sorted(levels) and levels[4] - levels[0] == pytest.approx(4 * 12.75, abs=3)


def test_too_few_clips_are_told():
    measure = measuring.Measure(LinearSampler(network()), LABELLED, None)
    with pytest.raises(UsageError, match="--num_videos=8: something moves in 8 of them"):
        discovery.find(measure, 7, 8, 0)
