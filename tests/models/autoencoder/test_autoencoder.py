"""The compressor: what it learns by, what critics are shown, and what it refuses."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import Batch
from vgan.core.errors import UsageError
from vgan.models.autoencoder.wavelets import haar
from vgan.runs import building
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan

FLAGS = {
    "data": "shapes(num_videos=8)",
    "frames": 4,
    "height": 8,
    "width": 8,
    "batch_size": 2,
    "steps": 8,
    "model": "autoencoder()",
    "task": "rebuilding",
    "compressor": "haar3d(channels=4, depth=3, blocks=1)",
}
CRITICS = {"discriminator": "0.5*frames2d(channels=2)", "r1_gamma": 1.0, "r1_interval": 1}


def build(num_labels=0, **changes):
    plan = Plan.of(ExperimentConfig(**FLAGS | changes))
    return building.build(plan, plan.config, num_labels)


@pytest.fixture(scope="module")
def batch():
    video = tf.random.stateless_uniform([2, 4, 8, 8, 3], [1, 2], -1, 1)
    condition = tf.concat([video, tf.zeros([2, 4, 8, 8, 1])], -1)
    return Batch(video, condition, tf.zeros([2], tf.int32))


def report(model, batch, step):
    return model.gradients(batch, 0, tf.range(2, dtype=tf.int64), model.turn(step))


def test_its_terms_by_hand(batch):
    model = build()
    made = model.made
    model.made = lambda *given: setattr(model, "seen", made(*given)) or model.seen
    gradients, found = report(model, batch, 0)
    off = model.seen.video - batch.video
    terms = found.terms["generator"]
    np.testing.assert_allclose(terms["pixels"], np.abs(off).mean((1, 2, 3, 4)), rtol=1e-5)
    np.testing.assert_allclose(terms["bands"], np.abs(haar(off)).mean((1, 2, 3, 4)), rtol=1e-5)
    assert set(terms) == {"pixels", "bands", "divergence"}
    psnr = 10 * np.log10(4 / np.square(off).mean((1, 2, 3, 4)))
    np.testing.assert_allclose(found.statistics["compressor"]["psnr"], psnr, rtol=1e-4)
    assert found.statistics["compressor"]["ratio"][0] == 4 * 8 * 8 * 3 / (1 * 2 * 2 * 3)
    assert all(float(tf.norm(gradient)) > 0 for gradient in gradients["generator"])


def test_levels_cost_nothing(batch):
    model = build(model="autoencoder(levels=(4, 4, 4))")
    _, found = report(model, batch, 0)
    assert set(found.terms["generator"]) == {"pixels", "bands"}
    assert found.statistics["compressor"]["bits_a_pixel"][0] == 4 * 6 / (4 * 8 * 8)


def test_critics_are_heard_from_a_quarter_of_the_steps_on_and_not_told_what_is_given(batch):
    model = build(**CRITICS)
    for step, heard in ((1, False), (2, True)):
        gradients, found = report(model, batch, step)
        assert set(gradients) == {"generator"} | ({"discriminator"} if heard else set())
        assert ("frames2d" in found.terms["generator"]) == heard
        means = {("terms", of, name): 0.0 for of in found.terms for name in found.terms[of]}
        assert bool(model.symptoms(means)) == heard, "no loss is no loss that is lost"
    (critic,) = model.critic_modules
    assert critic.network.inputs[0].shape[-1] == 3


def test_what_it_gives_is_the_clip_through_its_latents(batch):
    model = build()
    latents = model._drawing.compressed(batch.video)
    assert latents.shape == (2, 1, 2, 2, 3)
    noise = tf.random.normal([2, *model.latent_shape])
    found = model.sample(noise, batch.condition, batch.label)
    np.testing.assert_array_equal(found, model._drawing.restored(latents, batch.label))


def test_latents_have_mean_0_and_variance_1_in_training(batch):
    numbers = build().encoder(batch.video, training=True)
    np.testing.assert_allclose(tf.reduce_mean(numbers[..., :3], [0, 1, 2, 3]), 0, atol=1e-5)
    np.testing.assert_allclose(tf.math.reduce_std(numbers[..., :3], [0, 1, 2, 3]), 1, atol=1e-2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "generation"}, "--task=generation: .*Give --task=rebuilding"),
        ({"task": "rebuilding + denoising()"}, "Give --task=rebuilding"),
        ({"num_labels": 3}, "--conditional: .*all classes alike"),
        ({"model": "autoencoder(levels=(4, 4))"}, "2 of them, but .* has 3 numbers a place"),
        ({"model": "autoencoder(begin=2.0)"}, "begin=2"),
        ({"model": "autoencoder(begin=0.5)"}, "begin=0.5.: says when critics are heard"),
        ({"r1_gamma": 1.0}, "--r1_gamma=1.0: .*no critics"),
        ({"height": 10}, "--height=10 isn't a multiple of 4"),
        ({"compressor": "haar3d(depth=0)"}, "depth=0"),
    ],
)
def test_what_it_says_of_bad_input(changes, message):
    with pytest.raises(UsageError, match=message):
        build(**changes)
