"""What makes clips as one graph of fixed sizes without variables, for runtimes beside TensorFlow.

TensorFlow's converters are silent about what they spoil: of ten generators eight came out of one as
files that load and give noise. So what was written is compared with the live model, in the runtime
that it is for, before it gets its name.
"""

import typing

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from vgan.core import randomness
from vgan.core.errors import UsageError
from vgan.models import loops
from vgan.sampling import graphs

NEAR = 1e-3
"""The most that a value of a clip, in [-1, 1], may differ from the live model's."""

SEEDS = range(3)
"""That are compared."""


class Frozen(typing.NamedTuple):
    """A model's clips as a graph.

    Attributes:
      live: the function of the model's variables; takes tensors by name.
      graph: ConcreteFunction of constants, with the same inputs, by position.
      inputs: {name: TensorSpec} in this order. latents float32 [1, ...]; label int32 [1], where
        there are classes; given float32 [1, T, H, W, C] in [-1, 1], 0 where nothing is, and known
        float32 [1, T, H, W, 1], 1 where that is the clip's own, where the task shows something.
        Of them it makes one clip, float32 [1, T, H, W, C] in [-1, 1].
    """

    live: typing.Callable
    graph: typing.Any
    inputs: dict


def freeze(sampler, card):
    """The Frozen of a models.synthesizer.Sampler and its card.Card."""
    inputs = {"latents": tf.TensorSpec([1, *sampler.latent_shape], tf.float32)}
    if card.labels:
        inputs["label"] = tf.TensorSpec([1], tf.int32)
    if card.task.shows:
        size = card.clip.shape
        inputs["given"] = tf.TensorSpec([1, *size], tf.float32)
        inputs["known"] = tf.TensorSpec([1, *size[:3], 1], tf.float32)

    def clips(*values):
        named = dict(zip(inputs, values, strict=True))
        condition = graphs.nothing_given(card, 1)
        if card.task.shows:
            condition = tf.concat([named["given"], named["known"]], -1)
        label = named.get("label", tf.zeros([1], tf.int32))
        return graphs.pixels_of(sampler, named["latents"], condition, label)

    specs = [tf.TensorSpec(of.shape, of.dtype, name) for name, of in inputs.items()]
    with loops.written_out():
        live = tf.function(clips, autograph=False).get_concrete_function(*specs)
    graph = convert_variables_to_constants_v2(live, lower_control_flow=False)
    return Frozen(live, graph, inputs)


def check(frozen, run, name):
    """How far a runtime's clips are from the live model's, at most; raises UsageError above NEAR.

    Args:
      frozen: Frozen; run: arrays by name -> float32 clip [1, T, H, W, C], in the runtime.
      name: of the format.
    """
    found = max(_difference(frozen, run, seed) for seed in SEEDS)
    if not found <= NEAR:
        raise UsageError(
            f"--format={name}: its converter spoils this model: clips differ from the live one's "
            f"by {found:.3g} of values from -1 to 1, at most {NEAR} is allowed. Nothing was "
            "written. Use another --format"
        )
    return found


def _difference(frozen, run, seed):
    values = example(frozen.inputs, seed)
    wanted = frozen.live(*map(tf.constant, values.values())).numpy()
    made = run(values)
    if made.shape != wanted.shape:
        return np.inf
    return float(np.abs(made - wanted).max())


def example(inputs, seed):
    """Arrays by name for the inputs of a Frozen: latents as of a seed, and random pixels given."""
    random, values = np.random.default_rng(seed), {}
    for name, of in inputs.items():
        if name == "latents":
            shape = of.shape[1:]
            values[name] = randomness.normal(seed, randomness.SAMPLING, [0], shape).numpy()
        elif name == "label":
            values[name] = np.full(of.shape, seed % 2, np.int32)
        elif name == "given":
            values[name] = random.uniform(-1, 1, of.shape).astype(np.float32)
        else:
            values[name] = random.integers(0, 2, of.shape).astype(np.float32)
    return values
