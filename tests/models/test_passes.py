"""Passes that are computed again for the gradients, beside those whose insides are kept."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.models.test_families import SMALL
from tests.training.test_accumulation import PENALTIES, batch, built
from vgan.models.passes import passes, recomputed, through, with_losses
from vgan.networks.batch_statistics import BatchNorm


@pytest.mark.usefixtures("as_in_training")
@pytest.mark.parametrize(
    "flags",
    [
        SMALL["gan"] | PENALTIES | {"losses": "0.1*l1", "task": "prediction(given=2)"},
        SMALL["gan"] | {"updates": "one_stage", "diff_augment": "shift", "conditional": True},
        {
            "generator": "layered(latent_dim=4, channels=2, redrawn=2, stiffness=1.0)",
            "discriminator": "flow_fields(channels=2) + frames2d(channels=2, frames=2)",
            "losses": "0.1*motion(estimator='block_matching()')",
            "r1_gamma": 1.0,
            "height": 16,
            "width": 16,
        },
        *(SMALL[name] | {"model": name} for name in ("vae", "flow", "autoencoder")),
        *(SMALL[name] for name in ("few_steps", "cycle", "star", "style")),
    ],
    ids="gan one_stage layered vae flow autoencoder few_steps cycle star style".split(),
)
def test_gradients_are_the_same(flags):
    plan, model = built(**flags)
    shown, samples = batch(plan, model)

    given = shown, tf.constant(0, tf.int64), samples, model.turn(0)

    @tf.function(autograph=False)
    def recomputing():
        with passes(recompute=True):
            return model.gradients(*given)

    plain, again = model.gradients(*given), recomputing()
    tf.nest.assert_same_structure(plain, again)
    for one, other in zip(*map(tf.nest.flatten, (plain, again)), strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            # Of a table of classes there are slices.
            one, other = map(tf.convert_to_tensor, (one, other))
            most = max(1.0, np.abs(one).max())
            np.testing.assert_allclose(other, one, rtol=0, atol=1e-6 * most)


def test_xla_gives_the_same():
    inputs = keras.Input((4, 4, 4, 1))
    outputs = keras.layers.Dense(1, activity_regularizer="l2", activation="tanh")(inputs)
    network, x = keras.Model(inputs, outputs), tf.ones([2, 4, 4, 4, 1])

    @tf.function(autograph=False)
    def found(**how):
        with tf.GradientTape() as tape, passes(**how):
            tape.watch(x)
            outputs, losses = with_losses(network, x)
            total = tf.reduce_sum(outputs) + tf.add_n(losses)
        return outputs, losses, tape.gradient(total, [x, *network.trainable_variables])

    assert "_XlaMustCompile" not in str(found.get_concrete_function().graph.as_graph_def())
    for how in ({"jit": True}, {"jit": True, "recompute": True}):
        assert "_XlaMustCompile" in str(found.get_concrete_function(**how).graph.as_graph_def())
        both = map(tf.nest.flatten, (found(), found(**how)))
        for one, other in zip(*both, strict=True):
            np.testing.assert_allclose(other, one, rtol=1e-5)


def test_what_is_within_is_computed_anew():
    calls = []

    def cubed(x, beside):
        calls.append(1)
        return x**3, beside["none"], beside["labels"] + 1

    for wanted in (False, True):
        calls.clear()
        x, beside = tf.constant([2.0]), {"none": None, "labels": tf.constant([1])}
        with tf.GradientTape() as tape, passes(recompute=wanted):
            tape.watch(x)
            found, none, labels = recomputed(cubed, x, beside)
        assert none is None and labels == 2
        assert tape.gradient(found, x) == 12
        assert len(calls) == 1 + wanted


def test_statistics_of_a_batch_are_of_calls_that_were_asked_for():
    """Gradients call backwards, so the last call would be another one."""
    kept = []
    for recompute in (False, True):
        inputs = keras.Input((2,))
        norm = BatchNorm()
        network = keras.Model(inputs, norm(inputs))
        one, two = tf.constant([[0.0, 1.0], [4.0, 5.0]]), tf.constant([[7.0, 1.0], [2.0, 2.0]])
        with tf.GradientTape() as tape, passes(recompute=recompute):
            tape.watch(one)
            outputs = through(network, through(network, two) + one)
            tape.gradient(outputs, one)
        norm.after_step()
        kept.append([norm.mean.numpy(), norm.variance.numpy()])
    np.testing.assert_array_equal(*kept)


def test_only_while_it_is_asked_for():
    calls = []

    def network(x, training):
        calls.append(training)
        return x * x

    x = tf.constant([2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        with passes(recompute=True):
            pass
        found = through(network, x)
    tape.gradient(found, x)
    assert calls == [True]
