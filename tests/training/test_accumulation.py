"""Gradients of parts of a batch, beside those of the whole."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from tests.models.test_families import SMALL
from vgan.core.errors import UsageError
from vgan.data import pipeline
from vgan.data.opening import open_windows
from vgan.runs import building
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.training import accumulation, loop

SIZES = {"data": "shapes(num_videos=8)", "frames": 4, "height": 8, "width": 8, "batch_size": 4}
PENALTIES = {"r1_gamma": 1.0, "r2_gamma": 1.0, "gradient_penalty": 0.5}


def built(**flags):
    plan = Plan.of(ExperimentConfig(**SIZES | flags))
    return plan, building.build(plan, plan.config, 3 if plan.config.conditional else 0)


def batch(plan, model):
    windows = open_windows(plan.config.data, plan.config.clip, 1, "train")
    (clips,) = pipeline.batches(windows, 4, 0).take(1)
    clips = clips._replace(label=clips.label % 3)
    return loop.batch_of(model, plan.task, 0, clips), clips.samples


@pytest.mark.usefixtures("as_in_training")
@pytest.mark.parametrize(
    "flags",
    [
        SMALL["gan"] | PENALTIES | {"losses": "0.1*l1", "task": "prediction(given=2)"},
        SMALL["gan"] | {"updates": "one_stage", "diff_augment": "shift", "conditional": True},
        SMALL["vae"] | {"model": "vae"},  # Its critics look at parts of an even number of clips.
        SMALL["flow"] | {"model": "flow"},
        SMALL["few_steps"],
        SMALL["cycle"],
    ],
    ids=["gan", "one_stage", "vae", "flow", "few_steps", "cycle"],
)
def test_parts_give_what_the_whole_does(flags):
    plan, model = built(**flags)
    shown, samples = batch(plan, model)
    given = shown, tf.constant(0, tf.int64), samples, model.turn(0)
    whole, report = model.gradients(*given)
    parts, told = tf.function(accumulation.accumulated(model, 2), autograph=False)(*given)
    tf.nest.assert_same_structure(report, told)
    both = (whole, report.terms), (parts, told.terms)
    # Two generators, one after the other, carry rounding further.
    within = 1e-5 if plan.config.model.startswith("cycle") else 4e-6
    for one, other in zip(*map(tf.nest.flatten, both), strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            one = tf.convert_to_tensor(one)  # Of a table of classes there are slices.
            most = max(1.0, np.abs(one).max())
            np.testing.assert_allclose(other, one, rtol=0, atol=within * most)


def test_one_part_is_done_before_the_next():
    """So the memory of one is enough."""
    plan, model = built(**SMALL["flow"] | {"model": "flow"})
    shown, samples = batch(plan, model)
    taken = tf.function(accumulation.accumulated(model, 4), autograph=False)
    found = taken.get_concrete_function(shown, tf.constant(0, tf.int64), samples, model.turn(0))
    parts = [op for op in found.graph.get_operations() if "PartitionedCall" in op.type]
    assert len(parts) == 4
    for before, after in itertools.pairwise(parts):
        assert before in _awaited(after)


def _awaited(op):
    found, new = set(), [op]
    while new:
        op = new.pop()
        needed = {*(of.op for of in op.inputs), *op.control_inputs} - found
        found |= needed
        new += needed
    return found


def test_parts_of_equal_size():
    with pytest.raises(UsageError, match="--accumulate=3: --batch_size=4 has no such parts"):
        ExperimentConfig(batch_size=4, accumulate=3)


@pytest.mark.parametrize(
    "flags",
    [
        {"generator": "conv3d(latent_dim=4, channels=2, batch_norm=True)"},
        {"discriminator": "conv3d(channels=2, batch_norm=True)", "height": 16, "width": 16},
        SMALL["autoencoder"],  # Its latents are scaled by it.
    ],
)
def test_batch_norm_needs_the_whole_batch(flags):
    _, model = built(**flags)
    accumulation.check(model, 1)
    with pytest.raises(UsageError, match="--accumulate=2: batch norm"):
        accumulation.check(model, 2)
    with pytest.raises(UsageError, match="--jit: not with batch norm"):
        accumulation.check(model, 1, jit=True)
