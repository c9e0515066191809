"""Integrated gradients: what they add up to, and that weights matter to them."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.metrics.attribution import rank_correlation
from vgan.models.passes import through
from vgan.networks import conv3d
from vgan.runs import trained
from vgan.sampling import attribution

CLIPS = tf.constant(np.random.default_rng(0).uniform(-1, 1, (2, 4, 8, 8, 3)), tf.float32)


def test_of_a_linear_verdict_by_hand():
    weights = np.random.default_rng(1).normal(size=CLIPS.shape[1:]).astype(np.float32)
    found = attribution.integrated(lambda x: tf.reduce_sum(weights * x, [1, 2, 3, 4]) + 5, CLIPS)
    np.testing.assert_allclose(found.maps, (weights * CLIPS).numpy().sum(-1), rtol=1e-4, atol=1e-5)
    assert found.of_baseline == pytest.approx(10)


def test_of_a_square_by_hand():
    """The slope 2 x of x^2 is 1 x on the way, so that each pixel gives x^2."""
    found = attribution.integrated(lambda x: tf.reduce_sum(x**2, [1, 2, 3, 4]), CLIPS, steps=3)
    np.testing.assert_allclose(found.maps, (CLIPS**2).numpy().sum(-1), rtol=1e-4)


def critic(**how):
    return conv3d.discriminator(ClipSpec(4, 8, 8), channels=4, spectral_norm=False, **how)


def verdict(critic):
    return lambda clips: through(critic.network, [clips, tf.zeros([2], tf.int32)])[:, 0]


@pytest.mark.parametrize("how", [{}, {"minibatch_std": 2}])
def test_a_map_adds_up_to_the_verdict_of_a_critic(how):
    found = attribution.integrated(verdict(critic(**how)), CLIPS, steps=128)
    whole = found.verdicts - found.of_baseline
    assert abs(whole) > 0.01
    assert found.maps.sum() == pytest.approx(whole, rel=0.01, abs=1e-3)


def test_random_weights_break_it_and_leave_the_critic_alone():
    judged = critic()
    before = judged.network.get_weights()
    maps = [
        attribution.integrated(verdict(of), CLIPS).maps
        for of in (judged, attribution.randomised(judged), attribution.randomised(judged, 1))
    ]
    np.testing.assert_array_equal(maps[0], attribution.integrated(verdict(judged), CLIPS).maps)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert abs(rank_correlation(maps[one], maps[other])) < 0.3
    for weights, now in zip(before, judged.network.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, now)
    assert attribution.randomised(judged).view is judged.view


def test_of_a_critic_of_random_frames(full_run):
    """All its frames are seen alike along the way, so that it adds up."""
    run = trained.restore_one(full_run[0], whole=True)
    critics = {critic.name: critic.part for critic in run.model.rules.critics}
    videos, labels = run.sampling_model().sample(2), np.int32([0, 0])
    for part in (critics["frames2d"], critics["conv3d"]):
        found = attribution.of_critic(part, run.model, run.card, videos, labels)
        assert found.maps.shape == videos.shape[:4]
        whole = found.verdicts - found.of_baseline
        assert found.maps.sum() == pytest.approx(whole, rel=0.1, abs=0.02)  # In bfloat16.
