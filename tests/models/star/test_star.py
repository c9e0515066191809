import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import Batch
from vgan.core.errors import UsageError
from vgan.models.codec import hint
from vgan.runs import building
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan

SMALL = {
    "model": "star(reconstruction=2.0)",
    "task": "relabelling",
    "conditional": True,
    "frames": 3,
    "height": 8,
    "width": 8,
    "generator": "unet3d(channels=2, latent_dim=2)",
    "discriminator": "frames2d(channels=2, classes=1.0)",
    "batch_size": 3,
}
SAMPLES = tf.range(3, dtype=tf.int64)


def build(labels=3, **changes):
    plan = Plan.of(ExperimentConfig(**(SMALL | changes)))
    return building.build(plan, plan.config, labels)


@pytest.fixture(scope="module")
def batch():
    video = np.random.default_rng(0).uniform(-1, 1, (3, 3, 8, 8, 3)).astype(np.float32)
    return Batch(tf.constant(video), hint(tf.constant(video)), tf.constant([0, 1, 2]))


class Asked:
    """A stand-in for a generator, that adds its label to a clip and remembers what it was asked."""

    losses = ()
    trainable_variables = ()

    def __init__(self):
        self.asked = []

    def __call__(self, inputs, training):
        _, condition, label = inputs
        self.asked.append((condition.numpy(), label.numpy()))
        return condition[..., :3] + tf.cast(label, tf.float32)[:, None, None, None, None]


def test_each_clip_becomes_one_of_its_neighbours_class_and_then_its_own_again(batch):
    model = build()
    found = model.generator = Asked()
    _, report = model.gradients(batch, 0, SAMPLES, model.turn(0)._replace(players=("generator",)))
    (first, asked), (second, own) = found.asked
    np.testing.assert_array_equal(first[..., :3], np.roll(batch.video, 1, 0))
    assert asked.tolist() == [0, 1, 2] and own.tolist() == [2, 0, 1]
    np.testing.assert_allclose(
        second[..., :3], first[..., :3] + asked[:, None, None, None, None], rtol=1e-6
    )
    # There and back it has gained both labels: 0 + 2, 1 + 0 and 2 + 1.
    terms = report.terms["generator"]
    np.testing.assert_allclose(terms["reconstruction"], [2, 1, 3], rtol=1e-5)
    assert {"reconstruction", "frames2d", "classes/frames2d"} == set(terms)


def test_critics_are_not_told_what_is_made_another(batch):
    (critic,) = build().critic_modules
    assert critic.network.inputs[0].shape[-1] == 3


@pytest.mark.parametrize(
    ("labels", "changes", "told"),
    [
        (3, {"task": "rebuilding"}, "Give --task=relabelling"),
        (3, {"batch_size": 1}, "--batch_size=1: .*Give 2 or more"),
        (3, {"losses": "l1"}, "--losses=l1: .*--model=star.* knows none"),
        (0, {"conditional": False}, "Add --conditional"),
        (3, {"model": "star(reconstruction=-1.0)"}, "reconstruction=-1"),
        (
            3,
            {"discriminator": "flow_fields()", "height": 32, "width": 32, "frames": 4},
            "--discriminator=flow_fields: looks at flow, and --model=star",
        ),
    ],
)
def test_what_is_no_translation_between_classes_is_refused(labels, changes, told):
    with pytest.raises(UsageError, match=told):
        build(labels, **changes)
