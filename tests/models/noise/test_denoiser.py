"""Models that take noise away: levels, what is given, classes, guidance."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import Batch
from vgan.core.errors import UsageError
from vgan.models.noise import paths, samplers
from vgan.models.noise.built import evenly, mostly_middle
from vgan.models.noise.denoiser import Denoiser, levels_of
from vgan.runs import building, trained
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan

SIZE = (4, 8, 8, 3)
FLAGS = {
    "data": "shapes(num_videos=8)",
    "frames": 4,
    "height": 8,
    "width": 8,
    "model": "flow()",
    "denoiser": "denoiser3d(channels=4)",
    "sampler": "euler(steps=2)",
}


def build(labels=0, **changes):
    plan = Plan.of(ExperimentConfig(**FLAGS | changes))
    return building.build(plan, plan.config, labels)


def half_given():
    """A condition [1, T, H, W, 4]: two frames are white and known, and 4 rows of the third."""
    known = np.zeros([1, *SIZE[:3], 1], np.float32)
    known[:, :2] = known[:, 2, :4] = 1
    return tf.constant(np.concatenate([known.repeat(3, -1), known], -1))


def test_frames_that_are_given_whole_have_no_noise():
    levels = tf.fill([1, 4], 0.7)
    np.testing.assert_allclose(levels_of(levels, half_given()), [[0, 0, 0.7, 0.7]])


def test_the_term_is_that_of_the_formula_where_nothing_is_given():
    model = build()
    for variable in model.network.trainable_variables:
        if "conv3d" in variable.path:  # Whatever comes last says a constant.
            last = variable
    last.assign(tf.fill(last.shape, 0.25))
    video = tf.random.stateless_uniform([2, *SIZE], [1, 2], -1, 1)
    batch = Batch(video, video[..., :0], tf.zeros([2], tf.int32))
    seen = []
    network = model.network

    def spying(inputs, training):
        seen.append((inputs, network(inputs, training=training)))
        return seen[-1][1]

    model.network = spying
    levels = tf.constant([[0.5] * 4, [0.1, 0.2, 0.3, 0.4]])
    term = model._term(spying, batch, levels, 0, tf.range(2, dtype=tf.int64))
    ((x, shown, _, _), said) = seen[0]
    over = levels[:, :, None, None, None]
    noise = (x - (1 - over) * video) / over
    assert abs(float(tf.reduce_mean(noise))) < 0.05
    assert abs(float(tf.math.reduce_std(noise)) - 1) < 0.05
    np.testing.assert_array_equal(shown, levels)
    expected = tf.reduce_mean(tf.square(said - (noise - video)), [1, 2, 3, 4])
    np.testing.assert_allclose(term, expected, rtol=1e-4)


def test_what_is_given_costs_nothing_and_comes_out_as_it_was():
    model, condition = build(task="prediction(given=2)"), half_given()
    latents = tf.random.stateless_normal([1, *SIZE], [3, 4])
    made = model.sample(latents, condition, tf.zeros([1], tf.int32))
    np.testing.assert_array_equal(made[0, :2], np.ones([2, 8, 8, 3]))
    np.testing.assert_array_equal(made[0, 2, :4], np.ones([4, 8, 3]))
    assert (made[0, 3].numpy() != 1).all()
    video = tf.ones([1, *SIZE])
    batch = Batch(video, tf.concat([video, video[..., :1]], -1), tf.zeros([1], tf.int32))
    term = model._term(model.network, batch, tf.zeros([1, 4]), 0, tf.zeros([1], tf.int64))
    assert float(term[0]) == 0


def test_half_of_the_clips_have_one_level():
    model = build()
    samples = tf.range(400, dtype=tf.int64)
    video = tf.zeros([400, *SIZE])
    batch = Batch(video, video[..., :0], samples)
    levels = tf.function(lambda: model._levels(0, samples, batch))().numpy()
    alike = np.ptp(levels, axis=1) == 0
    assert 0.42 < alike.mean() < 0.58
    assert levels.min() > 0 and levels.max() < 1


def test_how_levels_are_drawn():
    samples = tf.range(4000, dtype=tf.int64)
    flat, middle = (tf.function(of)(0, samples, [1]).numpy() for of in (evenly, mostly_middle))
    assert np.quantile(flat, [0.25, 0.75]) == pytest.approx([0.25, 0.75], abs=0.03)
    # The logistic function of -0.674 and 0.674.
    assert np.quantile(middle, [0.25, 0.75]) == pytest.approx([0.3376, 0.6624], abs=0.02)


def test_held_out_clips_are_looked_at_level_by_level():
    model, condition = build(task="prediction(given=2)"), tf.repeat(half_given(), 2, 0)
    for variable in model.average.trainable_variables:
        variable.assign_add(tf.fill(variable.shape, 0.1))  # Or it would say nothing as yet.
    video, samples = tf.random.stateless_uniform([2, *SIZE], [1, 2], -1, 1), tf.constant([5, 9])
    batch = Batch(video, condition, tf.zeros([2], tf.int32))
    held_out = tf.function(lambda: model.held_out(batch, 3, samples))()["target/held_out"]
    assert list(held_out) == ["0.1", "0.3", "0.5", "0.7", "0.9"]
    for level, found in held_out.items():
        levels = levels_of(tf.fill([2, 4], float(level)), condition)
        expected = model._term(model.average, batch, levels, 3, samples)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert len({float(found[0]) for found in held_out.values()}) == 5


class Says(keras.layers.Layer):
    """The label, everywhere."""

    def call(self, inputs):
        noisy, label = inputs
        label = keras.ops.cast(label, "float32")[:, None, None, None, None]
        return keras.ops.zeros_like(noisy) + label


def test_guidance_goes_further_than_the_class_says():
    """A velocity of 2 for the class and 5 for none: with guidance 3, 5 + 3 (2 - 5) = -4."""
    inputs = [keras.Input(SIZE), keras.Input((4,)), keras.Input((*SIZE[:3], 0))]
    label = keras.Input((), dtype="int32")
    network = keras.Model([*inputs, label], Says()([inputs[0], label]))
    about = {"path": paths.straight(), "target": paths.VELOCITY, "num_labels": 5}
    noise = tf.zeros([1, *SIZE])
    for guidance, velocity in ((1.0, 2), (3.0, -4), (0.0, 5)):
        model = Denoiser(network, sampler=samplers.euler(4, guidance), **about)
        made = model.sample(noise, noise[..., :0], tf.constant([2]))
        np.testing.assert_allclose(made, np.full([1, *SIZE], -velocity), atol=1e-5)


def test_the_class_is_sometimes_not_said():
    model = build(labels=3, conditional=True, model="flow(dropped=0.5)")
    seen = []
    term = model._term

    def spying(network, batch, *given):
        seen.extend(batch.label.numpy())
        return term(network, batch, *given)

    model._term = spying
    video, samples = tf.zeros([64, *SIZE]), tf.range(64, dtype=tf.int64)
    batch = Batch(video, video[..., :0], tf.ones([64], tf.int32))
    model.gradients(batch, 0, samples, model.turn(0))
    assert set(seen) == {1, 3} and 16 < seen.count(3) < 48


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sampler": "euler(guidance=2.0)"}, "guidance=2 goes further.*--conditional"),
        ({"sampler": "heun(steps=0)"}, "heun.steps=0"),
        ({"model": "flow(dropped=1.0)"}, "--model=flow.dropped=1.0"),
        ({"model": "flow(dropped=0.5)"}, "dropped=0.5.: no class is said"),
        ({"model": "diffusion(schedule='sine')"}, "schedule='sine'.*cosine or linear"),
        ({"model": "diffusion(target='x')"}, "target='x'.*v or noise"),
        ({"height": 9}, "--height=9"),
        ({"generator": "conv3d(channels=2)"}, "--generator=.*has no use for it"),
    ],
)
def test_what_it_says_of_bad_input(changes, message):
    with pytest.raises(UsageError, match=message):
        build(**changes)


@pytest.fixture(scope="module")
def flow_run(begin_once):
    return begin_once(FLAGS | {"batch_size": 2})


def test_a_run_draws_by_another_sampler(flow_run, tiny_run):
    for sampler, steps in ((None, 2), ("heun(steps=3)", 3)):
        assert trained.restore(flow_run, sampler=sampler).model._sampler.steps == steps
    export = tiny_run / "export"
    for folder, message in ((export, "an export draws as it was"), (tiny_run, "no use for it")):
        with pytest.raises(UsageError, match=f"--sampler=ddim.*{message}"):
            trained.load(folder, sampler="ddim()")


def test_a_length_that_it_can_make_and_a_sampler_that_there_is_not(flow_run):
    assert trained.load(flow_run, frames=7).sample(1).shape == (1, 7, 8, 8, 3)
    with pytest.raises(UsageError, match="unknown name 'nosuch'"):
        trained.load(flow_run, frames=7, sampler="nosuch()")


def test_a_step_is_along_gradients_of_at_most_unit_norm():
    model, norms = build(), []
    model.optimizer.apply = lambda found, variables: norms.append(tf.linalg.global_norm(found))
    variables = model.network.trainable_variables
    ones = [tf.ones(variable.shape) for variable in variables]
    for size in (0.01, 100.0):
        found = [size * of / tf.linalg.global_norm(ones) for of in ones]
        model.apply({"denoiser": found})
    np.testing.assert_allclose(norms, [0.01, 1.0], rtol=1e-4)
