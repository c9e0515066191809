"""A flow model of few steps, against critics."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core import randomness
from vgan.core.clip import Batch
from vgan.core.errors import UsageError
from vgan.models.game.turn import TurnCosts
from vgan.runs import building
from vgan.runs.checkpoints import Checkpoints
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan

FLAGS = {
    "data": "shapes(num_videos=8)",
    "frames": 4,
    "height": 8,
    "width": 8,
    "batch_size": 2,
    "denoiser": "denoiser3d(channels=4)",
}
CRITICS = {"discriminator": "0.1*frames2d(channels=2)"}
SAMPLES = tf.range(32, dtype=tf.int64)


def build(model="few_steps()", **changes):
    plan = Plan.of(ExperimentConfig(**FLAGS | {"model": model} | changes))
    return building.build(plan, plan.config, 0)


def says(velocity):
    """A network that says the same velocity everywhere."""
    return lambda inputs, training=False: velocity(*inputs) + tf.zeros_like(inputs[0])


def test_its_way_down_by_hand():
    """Of a network that takes all x for velocity: 1 - t of it is left, 0 of the first."""
    model, latents = build("few_steps(steps=4)"), tf.random.normal([2, 4, 4, 8, 8, 3])
    model._drawing.average = says(lambda x, *rest: x)
    found = model._drawing.sample(latents, tf.zeros([2, 4, 8, 8, 0]), tf.zeros([2], tf.int32))
    x = latents[:, 0]
    for step, level in enumerate((1.0, 0.75, 0.5, 0.25)):
        clip = x - level * x
        x = (1.25 - level) * clip + (level - 0.25) * latents[:, min(step + 1, 3)]
    np.testing.assert_allclose(found, clip, atol=1e-5)


def test_clips_are_found_at_each_of_its_levels():
    model, seen = build("few_steps(steps=4)", **CRITICS), []
    model.generator = says(lambda x, levels, *rest: seen.append((x, levels)) or 0.0)
    video = tf.random.stateless_uniform([32, 4, 8, 8, 3], [1, 2], -1, 1)
    batch = Batch(video, video[..., :0], tf.zeros([32], tf.int32))
    made = model.generate(TurnCosts(batch, 0, SAMPLES, model.turn(0)))
    ((x, levels),) = seen
    assert set(np.unique(levels)) == {0.25, 0.5, 0.75, 1.0}
    noise = randomness.normal(0, randomness.NOISE, SAMPLES, video.shape[1:])
    over = levels[:, :, None, None, None]
    np.testing.assert_allclose(x, (1 - over) * video + over * noise, atol=1e-6)
    np.testing.assert_array_equal(made.video, x, "a velocity of 0 changes nothing")


def test_what_its_players_minimise():
    model = build("few_steps(steps=2, keep=0.5)", **CRITICS)
    video = tf.random.stateless_uniform([2, 4, 8, 8, 3], [1, 2], -1, 1)
    batch = Batch(video, video[..., :0], tf.zeros([2], tf.int32))
    gradients, report = model.gradients(batch, 0, SAMPLES[:2], model.turn(0))
    assert set(report.terms["generator"]) == {"target", "frames2d"}
    # An untrained network says nothing, so all of the velocity is missing.
    noise = randomness.normal(0, randomness.NOISE, SAMPLES[:2], video.shape[1:])
    expected = tf.reduce_mean(tf.square(noise - video), [1, 2, 3, 4])
    np.testing.assert_allclose(report.terms["generator"]["target"], expected, rtol=1e-5)
    model.apply(gradients)
    rates = [float(of.learning_rate) for of in model.optimizers().values()]
    assert rates[1] == pytest.approx(2 * rates[0])


def test_given_frames_stay_and_are_free_of_noise():
    model, seen = build("few_steps(steps=2)", task="prediction(given=2)", **CRITICS), []
    model.generator = says(lambda x, levels, *rest: seen.append((x, levels)) or 1.0)
    video = tf.random.stateless_uniform([4, 4, 8, 8, 3], [1, 2], -1, 1)
    known = tf.concat([tf.ones([4, 2, 8, 8, 1]), tf.zeros([4, 2, 8, 8, 1])], 1)
    batch = Batch(video, tf.concat([video * known, known], -1), tf.zeros([4], tf.int32))
    costs = TurnCosts(batch, 0, SAMPLES[:4], model.turn(0))
    made = model.generate(costs)
    noise = randomness.normal(0, randomness.NOISE, SAMPLES[:4], video.shape[1:])
    of_hidden = tf.reduce_mean(tf.square(1 - (noise - video))[:, 2:], [1, 2, 3, 4])
    np.testing.assert_allclose(costs.report.terms["generator"]["target"], of_hidden, rtol=1e-5)
    ((x, levels),) = seen
    np.testing.assert_array_equal(x[:, :2], video[:, :2])
    assert (levels[:, :2] == 0).numpy().all() and (levels[:, 2:] > 0).numpy().all()
    np.testing.assert_array_equal(made.video[:, :2], video[:, :2])


def test_it_begins_with_a_flow_model(tmp_path):
    flow, model = build("flow()"), build(**CRITICS)
    for variable in flow.network.trainable_variables:
        variable.assign_add(tf.ones_like(variable))
    Checkpoints(tmp_path, flow, keep=2).save(1)
    Checkpoints(tmp_path, tf.train.Checkpoint(**model.networks()), keep=2).restore()
    for one, other in zip(flow.network.weights, model.generator.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("few_steps(steps=0)", "steps=0"),
        ("few_steps(keep=-1)", "keep"),
        ("few_steps(pace=0)", "pace"),
    ],
)
def test_what_it_says_of_bad_input(model, message):
    with pytest.raises(UsageError, match=f"--model=few_steps.*{message}"):
        build(model)
