import numpy as np
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.errors import UsageError


def build(text):
    return spec.build(spec.parse(text), "vgan.models.schedules.{}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # At steps 0, 1, 3, 50, 75, 99, 100 and 250 of 100.
        ("constant", [1, 1, 1, 1, 1, 1, 1, 1]),
        ("constant(warmup=3)", [0.25, 0.5, 1, 1, 1, 1, 1, 1]),
        ("linear", [1, 1, 1, 1, 0.5, 0.02, 0, 0]),
        ("linear(start=0.0)", [1, 0.99, 0.97, 0.5, 0.25, 0.01, 0, 0]),
        ("linear(start=0.0, end=0.2)", [1, 0.992, 0.976, 0.6, 0.4, 0.208, 0.2, 0.2]),
        ("linear(start=1)", [1, 1, 1, 1, 1, 1, 1, 1]),
        ("linear(start=0.0, warmup=1)", [0.5, 0.99, 0.97, 0.5, 0.25, 0.01, 0, 0]),
        (
            "cosine",
            [1, 0.99975, 0.99778, 0.5, (1 - 0.5**0.5) / 2, 0.0002467, 0, 0],
        ),
        ("cosine(end=0.5, warmup=99)", [0.01, 0.019998, 0.03996, 0.3825, 0.43565]),
    ],
)
def test_by_hand(text, expected):
    factor = build(text)
    steps = (0, 1, 3, 50, 75, 99, 100, 250)
    found = [factor(tf.constant(step, tf.int64), 100) for step in steps[: len(expected)]]
    assert {(value.dtype, value.shape.rank) for value in found} == {(tf.float32, 0)}
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_schedule_is_stretched_over_the_run():
    for text in ("linear", "cosine"):
        short, long = (build(text)(tf.constant(n * 30), n * 40) for n in (1, 1000))
        np.testing.assert_allclose(short, long, rtol=1e-5)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("constant(warmup=-1)", r"constant\(warmup=-1\): must be a whole number of at least 0"),
        ("cosine(warmup=0.5)", r"cosine\(warmup=0.5\): must be a whole number"),
        ("linear(start=1.5)", r"linear\(start=1.5\): must be a number of at least 0 and at most 1"),
        ("linear(end=-0.1)", r"linear\(end=-0.1\): must be a number of at least 0"),
        ("cosine(end='x')", r"cosine\(end='x'\): must be a number"),
        ("cosine(start=0.5)", r"It takes: end, warmup"),
        ("step", "Known: constant, cosine, linear"),
        ("2*cosine", "every argument by name"),
    ],
)
def test_bad_schedules(text, error):
    with pytest.raises(UsageError, match=error):
        build(text)
