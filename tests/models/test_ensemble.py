import numpy as np
import pytest
import tensorflow as tf

import vgan
from tests.models.game.small_game import LATENT, SIZE, make
from vgan.core.clip import ClipSpec, to_uint8
from vgan.models.ensemble import Ensemble
from vgan.sampling.card import Card
from vgan.sampling.model import live
from vgan.serving import saved_model
from vgan.tasks.task import Task

CARD = Card(ClipSpec(*SIZE), 8.0, (), Task("generation"))


@pytest.fixture(scope="module")
def members():
    found = [make() for _ in range(3)]
    for number, member in enumerate(found):
        (bias,) = (v for v in member.average.trainable_variables if v.shape.rank == 1)
        bias.assign(0.3 * number + np.zeros(bias.shape))
    return found


def inputs(number):
    latents = tf.random.stateless_normal([number, LATENT], [1, 2])
    return latents, tf.zeros([number, *SIZE[:3], 0]), tf.zeros([number], tf.int32)


def test_a_clip_comes_from_the_member_that_its_latents_choose(members):
    ensemble, given = Ensemble(members), inputs(64)
    found, chosen = ensemble.sample(*given), ensemble.chosen(given[0]).numpy()
    each = [member.sample(*given) for member in members]
    for row, member in enumerate(chosen):
        np.testing.assert_array_equal(found[row], each[member][row])
    assert np.abs(each[0] - each[1]).max() > 0.01 < np.abs(each[1] - each[2]).max()
    assert np.bincount(chosen).min() >= 10, "each makes about a third"
    alone = ensemble.sample(*(tensor[5:6] for tensor in given))
    np.testing.assert_allclose(alone[0], found[5], atol=1e-5)


def test_the_choice_has_nothing_to_do_with_what_the_latent_is(members):
    latents = tf.random.stateless_normal([4000, LATENT], [3, 4])
    chosen = Ensemble(members).chosen(latents)
    means = [np.mean(latents.numpy()[chosen == number, 0]) for number in range(3)]
    np.testing.assert_allclose(means, 0, atol=0.1)


def test_an_export_of_it_makes_the_same(members, tmp_path):
    ensemble = Ensemble(members[1:])
    assert ensemble.sampling_networks == [member.average for member in members[1:]]
    drawn = live(ensemble, CARD).sample(9, seed=4)
    saved_model.export(ensemble, CARD, tmp_path / "1")
    np.testing.assert_array_equal(vgan.load(tmp_path).sample(9, seed=4), drawn)
    served = tf.saved_model.load(str(tmp_path / "1"))
    latents, *rest = inputs(3)
    for number in (1, 3):
        (found,) = served.signatures["decode"](latents=latents[:number]).values()
        expected = to_uint8(ensemble.sample(latents, *rest)).numpy()[:number]
        assert np.abs(np.subtract(found, expected, dtype=int)).max() <= 1
