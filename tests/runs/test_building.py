"""What flags do to what is trained."""

import dataclasses
import functools
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import Batch
from vgan.core.errors import UsageError
from vgan.data import pipeline
from vgan.data.opening import open_windows
from vgan.models.game import penalties
from vgan.runs import building
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.tasks.task import Task
from vgan.training import loop

BASE = ExperimentConfig(
    data="shapes(num_videos=8)",
    frames=4,
    height=8,
    width=8,
    batch_size=2,
    generator="conv3d(latent_dim=4, channels=2)",
    discriminator="conv3d(channels=2, spectral_norm=False)",  # Spectral norms take long to build.
    learning_rate=0.01,
)


@functools.cache
def two_batches(clip, batch_size, augment):
    windows = open_windows(BASE.data, clip, BASE.frame_step, "train")
    return list(pipeline.batches(windows, batch_size, BASE.seed, 0, augment).take(2))


def build(config):
    return building.build(Plan.of(config), config, 0)


def trained(config):
    """The weights of both players after two steps."""
    model = build(config)
    task = Task(config.task)
    step = loop.compile_step(model, task, config.seed).python_function  # Tracing takes longer.
    for number, clips in enumerate(two_batches(config.clip, config.batch_size, config.augment)):
        step(clips, turn=model.turn(number))
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
        ("losses", "100*motion(estimator='farneback()', variant='matching')"),
        ("turns", "1:2"),
        ("turns", "2:1"),
        ("updates", "alternating"),
        ("diff_augment", "brightness"),
        ("diff_augment", "shift + cutout"),
        ("instance_noise", 0.1),
        ("schedule", "constant(warmup=1)"),
        ("schedule", "linear(start=0.0)"),
        ("discriminator", "conv3d(channels=2)"),
        ("discriminator", "conv3d(channels=2, spectral_norm=False, minibatch_std=2)"),
        ("discriminator", "conv3d(channels=2, spectral_norm=False, patches=True)"),
        ("discriminator", "0.5*conv3d(channels=2, spectral_norm=False)"),
        ("beta_1", 0.0),
        ("beta_2", 0.9),
        ("augment", "flip"),
    ],
)
def test_each_flag_changes_what_is_trained(flag, value, base):
    found = trained(dataclasses.replace(BASE, **{flag: value}))
    assert any((found[player] != base[player]).any() for player in base)


def test_the_one_sided_motion_loss_changes_what_is_trained():
    """It has no gradient for the few pixels whose flow is seen in the smallest clips."""
    larger = dataclasses.replace(BASE, height=16, width=16, batch_size=4)
    without, found = trained(larger), trained(dataclasses.replace(larger, losses="100*motion()"))
    assert (found["generator"] != without["generator"]).any()


def test_one_stage_is_another_way_to_the_same(base):
    found = trained(dataclasses.replace(BASE, updates="one_stage"))
    for player in base:
        np.testing.assert_allclose(found[player], base[player], atol=1e-4)


def test_an_adapted_strength_starts_at_none(base):
    config = dataclasses.replace(BASE, diff_augment="brightness + shift", augment_target=0.6)
    found = trained(config)
    for player in base:
        np.testing.assert_array_equal(found[player], base[player])


def says_by_attributes():
    def term(fake, batch):
        raise NotImplementedError

    term.aligned = True
    return term


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        (
            {"diff_augment": "2*shift + cutout"},
            r"--diff_augment=2\*shift \+ cutout: its parts have no",
        ),
        ({"diff_augment": "wobble"}, "unknown name 'wobble'.*brightness, contrast, cutout"),
        ({"diff_augment": "cutout(share=2)"}, r"cutout\(share=2\): must be a number above 0"),
        (
            {"augment_target": 0.6, "diff_augment": "shift", "adversarial": "relativistic"},
            "--augment_target: --adversarial=relativistic has no logit that divides real",
        ),
        ({"schedule": "cosine(end=2)"}, r"cosine\(end=2\): must be a number of at least 0"),
        ({"schedule": "steps"}, "unknown name 'steps'.*constant, cosine, linear"),
        ({"updates": "one_stage", "adversarial": "hinge"}, "--updates=one_stage: not exact with"),
        (
            {"updates": "one_stage", "discriminator": "conv3d(channels=2, patches=True)"},
            r"--updates=one_stage: not exact with conv3d \(a logit a patch\)",
        ),
        ({"losses": "motion(variant='x')"}, "unknown. Choose one_sided or matching"),
        (
            {"losses": f"{__name__}.says_by_attributes"},
            "--losses=.*Return a vgan.models.parts",
        ),
    ],
)
def test_what_can_not_be_built(flags, error):
    with pytest.raises(UsageError, match=error):
        build(dataclasses.replace(BASE, **flags))


def test_instance_noise_falls_to_none_at_the_last_step(monkeypatch):
    seen = []

    def look(critic, real, fake, batch, seed, samples):
        del critic, fake, seed, samples
        seen.append(real.video - video)
        return tf.zeros([2])

    monkeypatch.setattr(penalties, "r1", look)
    model = build(dataclasses.replace(BASE, instance_noise=0.4, steps=8, r1_gamma=1.0))
    video = tf.zeros([2, *BASE.clip.shape])
    batch = Batch(video, video[..., :0], tf.zeros([2], tf.int32))
    for step in (0, 2, 8, 9):
        model.steps.assign(step)
        model.gradients(batch, 0, tf.range(2, dtype=tf.int64), model.turn(0))
    deviations = [np.std(noise) for noise in seen]
    np.testing.assert_allclose(deviations, [0.4, 0.3, 0, 0], rtol=0.05)


def test_the_schedule_is_of_all_steps_and_times_the_learning_rate():
    config = dataclasses.replace(BASE, schedule="linear(start=0.0)", steps=4)
    model = build(config)
    nothing = {
        player: [tf.zeros_like(v) for v in variables]
        for player, variables in model.players().items()
    }
    for step, rate in enumerate((0.01, 0.0075, 0.005)):
        model.steps.assign(step)
        model.apply(nothing)
        for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
            np.testing.assert_allclose(optimizer.learning_rate, rate, rtol=1e-5)


def test_the_kerases_of_other_projects_are_no_matter(base):
    """Their keras.json, and the backend that a shell has set for them."""
    try:
        keras.config.set_image_data_format("channels_first")
        keras.config.set_floatx("float16")
        again = trained(BASE)
    finally:
        keras.config.set_image_data_format("channels_last")
        keras.config.set_floatx("float32")
    for player in base:
        np.testing.assert_array_equal(again[player], base[player])
    code = "import vgan, keras; print(keras.backend.backend())"
    other = os.environ | {"KERAS_BACKEND": "torch"}
    done = subprocess.run([sys.executable, "-c", code], env=other, capture_output=True, text=True)
    assert done.stdout == "tensorflow\n", done.stderr
