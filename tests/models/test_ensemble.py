import numpy as np
import pytest
import tensorflow as tf
from small_game import LATENT, SIZE, make

import vgan
from vgan import sampling, saved_model
from vgan.clip import ClipSpec, to_uint8
from vgan.models.ensemble import Ensemble

CLIP = ClipSpec(*SIZE)


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


@pytest.mark.parametrize("number", [1, 2, 3, 8])
def test_row_i_comes_from_member_i_mod_n(members, number):
    """Also where there are fewer rows than members."""
    given = inputs(number)
    found = Ensemble(members).sample(*given)
    assert found.shape == (number, *SIZE)
    for row in range(number):
        expected = members[row % 3].sample(*given)[row]
        np.testing.assert_allclose(found[row], expected, atol=1e-6)
    each = [member.sample(*given)[0] for member in members]
    assert np.abs(each[0] - each[1]).max() > 0.01 < np.abs(each[1] - each[2]).max()


def test_labels_go_with_their_rows():
    class Repeats:
        def sample(self, latents, condition, label):
            numbers = latents[:, 0] + condition[:, 0, 0, 0, 0] + tf.cast(label, tf.float32)
            return numbers[:, None]

    latents, condition = tf.range(7.0)[:, None], 10 * tf.range(7.0)[:, None, None, None, None]
    found = Ensemble([Repeats(), Repeats()]).sample(latents, condition, 100 * tf.range(7))
    np.testing.assert_array_equal(found[:, 0], 111 * np.arange(7))


def test_an_export_of_it_makes_the_same(members, tmp_path):
    ensemble = Ensemble(members[1:])
    assert ensemble.averages == [member.average for member in members[1:]]
    live = sampling.Model(sampling.drawer(ensemble, CLIP, 0), CLIP, 8.0, []).sample(9, seed=4)
    saved_model.export(ensemble, CLIP, 8.0, [], tmp_path / "1")
    np.testing.assert_array_equal(vgan.load(tmp_path).sample(9, seed=4), live)
    served = tf.saved_model.load(str(tmp_path / "1"))
    latents, *rest = inputs(3)
    for number in (1, 3):
        (found,) = served.signatures["decode"](latents=latents[:number]).values()
        expected = to_uint8(ensemble.sample(latents, *rest)).numpy()[:number]
        assert np.abs(np.subtract(found, expected, dtype=int)).max() <= 1
