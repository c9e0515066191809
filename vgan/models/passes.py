"""Passes through networks in training, which may be computed again on the way back."""

import contextlib
import contextvars
import typing

import tensorflow as tf

from vgan.models.segments import Segments

_NOW = contextvars.ContextVar("now")


class _How(typing.NamedTuple):
    recompute: bool = False
    jit: bool = False
    again: bool = False
    last: list = ()


@contextlib.contextmanager
def passes(recompute=False, jit=False, again=False):
    """A context that says how networks in training are gone through.

    Args:
      recompute: nothing of what `recomputed` computes is kept for gradients.
      jit: XLA compiles it, which pays on GPUs alone: on a CPU here a 3-D transposed convolution
        took 115 ms for 1.2.
      again: they are called by gradients, of what was called before.
    """
    token = _NOW.set(_How(recompute, jit, again, []))
    try:
        yield
    finally:
        _NOW.reset(token)


def _how():
    return _NOW.get(_How())


def is_again():
    """Whether a call is one that gradients make, of what was called before."""
    return _how().again


def through(network, inputs):
    """What a network in training says of its inputs."""
    return _passed(network, inputs, lambda part: [])[0]


def with_losses(network, inputs):
    """That, and the list of losses that the network's layers add."""
    return _passed(network, inputs, lambda part: list(part.losses))


def _passed(network, inputs, losses_of):
    how, losses = _how(), []

    def called(part, inputs):
        def passed(inputs):
            return part(inputs, training=True), losses_of(part)

        if how.jit:
            passed = tf.function(passed, autograph=False, jit_compile=True)
        outputs, added = recomputed(passed, inputs)
        losses.extend(added)
        return outputs

    if not how.recompute:
        return called(network, inputs), losses
    outputs = Segments(network)(tf.nest.flatten(inputs), called)
    return outputs if len(outputs) > 1 else outputs[0], losses


def recomputed(function, *inputs):
    """What a function says of inputs; where passes are recomputed, gradients call it a second time.

    They are the same, for the memory of the inputs alone and the time of one more call. Gradients
    of these gradients can't be taken, so what takes some within is to be recomputed as a whole.

    Args:
      function: of nested tensors, without state; what it is to have gradients for is among its
        inputs or a variable.

    Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.
    """
    how = _how()
    if not how.recompute:
        return function(*inputs)
    flat, like, last = tf.nest.flatten(inputs), [], how.last
    moving = [number for number, value in enumerate(flat) if _is_float(value)]

    def called(*values, again=False):
        given = dict(enumerate(flat)) | dict(zip(moving, values, strict=True))
        with passes(jit=how.jit, again=again):
            found = function(*tf.nest.pack_sequence_as(inputs, list(given.values())))
        like[:] = [found]
        return [value for value in tf.nest.flatten(found) if value is not None]

    def in_turn(values, *awaited):
        # What is done at the same time would be in memory at the same time.
        with tf.control_dependencies([of for of in (*awaited, *last) if _is_of_this_graph(of)]):
            return [tf.identity(value) for value in values]

    # tf.recompute_grad doesn't do for functions that take gradients within.
    @tf.custom_gradient
    def computed(*values):
        def back(*upstream, variables=()):
            again = in_turn(values, *upstream)
            with tf.GradientTape() as tape:
                tape.watch(again)
                found = called(*again, again=True)
            sources = [*again, *variables]
            back = tape.gradient(found, sources, upstream, tf.UnconnectedGradients.ZERO)
            last[:] = back
            return back[: len(again)], back[len(again) :]

        last[:] = called(*in_turn(values))
        return list(last), back

    values = iter(computed(*(flat[number] for number in moving)))
    return tf.nest.map_structure(lambda of: of if of is None else next(values), like[0])


def _is_of_this_graph(value):
    graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
    return graph is not None and getattr(value, "graph", None) is graph


def _is_float(value):
    return tf.is_tensor(value) and value.dtype.is_floating
