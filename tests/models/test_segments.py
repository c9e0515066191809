"""A network's parts, one after another, beside the network itself."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from vgan.models.segments import Segments


def branching():
    """Two inputs, two outputs, and a tensor that is used far behind where it is made."""
    x, label = keras.Input((4, 4, 2)), keras.Input((), dtype="int32")
    style = layers.Dense(3)(layers.Embedding(5, 3)(label))
    y = layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    z = ops.pad(y, ((0, 0), (1, 1), (1, 1), (0, 0)))
    z = layers.Conv2D(3, 3)(z) * style[:, None, None]
    return keras.Model([x, label], [z + y, ops.mean(z, axis=(1, 2))])


def shared():
    """A layer that is called twice."""
    x = keras.Input((3,))
    twice = layers.Dense(3)
    return keras.Model(x, twice(twice(x)))


@pytest.mark.parametrize(("build", "least"), [(branching, 3), (shared, 1)])
def test_parts_say_what_the_network_does(build, least):
    network, calls = build(), []
    draws = (tf.random.stateless_uniform([2, *of.shape[1:]], [1, 2]) for of in network.inputs)
    given = [tf.cast(5 * of, like.dtype) for of, like in zip(draws, network.inputs, strict=True)]

    def call(part, inputs):
        calls.append(part)
        return part(inputs)

    found = Segments(network, number=4)(given, call)
    wanted = keras.tree.flatten(network(given))
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)
    assert least <= len(calls) <= 4
    weights = [id(of) for part in {id(of): of for of in calls}.values() for of in part.variables]
    assert set(weights) == {id(of) for of in network.variables}
