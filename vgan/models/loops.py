"""Loops of a known number of steps, which can be written out where a runtime has no loops."""

import contextlib
import contextvars

import tensorflow as tf

_WRITTEN_OUT = contextvars.ContextVar("written_out", default=False)


@contextlib.contextmanager
def written_out():
    """A context in which loops become as many copies of their body: a larger graph, without any."""
    token = _WRITTEN_OUT.set(True)
    try:
        yield
    finally:
        _WRITTEN_OUT.reset(token)


def repeated(body, x, steps):
    """What becomes of a tensor, which keeps its shape.

    Args:
      body: (number, x) -> x, by the number of the step: int32 scalar, or int where written out.
      x: tensor; steps: int.
    """
    if _WRITTEN_OUT.get():
        for number in range(steps):
            x = body(number, x)
        return x

    def further(number, x):
        return number + 1, tf.ensure_shape(body(number, x), x.shape)

    start = tf.constant(0), x
    return tf.while_loop(lambda number, x: number < steps, further, start)[1]
