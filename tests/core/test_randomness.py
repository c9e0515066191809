import numpy as np
import pytest
import tensorflow as tf

from vgan.core import randomness
from vgan.core.randomness import DATA, PAIRS, SAMPLING, TRAINING, VIEWS, normal, uniform

DRAWS = pytest.mark.parametrize("draw", [normal, uniform])


def draws(draw, seed, stream, samples, shape=(5,)):
    return draw(seed, stream, tf.constant(samples, tf.int64), shape).numpy()


@DRAWS
def test_a_sample_is_the_same_in_any_batch(draw):
    together = draws(draw, 3, SAMPLING, [0, 1, 7, 2**40])
    assert together.dtype == np.float32 and together.shape == (4, 5)
    np.testing.assert_array_equal(draws(draw, 3, SAMPLING, [2**40, 1]), together[[3, 1]])
    np.testing.assert_array_equal(draws(draw, 3, SAMPLING, [7]), together[[2]])


@DRAWS
def test_a_graph_draws_the_same(draw):
    samples = tf.range(4, dtype=tf.int64)
    graph = tf.function(lambda seed, samples: draw(seed, VIEWS, samples, [2, 3]))
    drawn = graph(tf.constant(5, tf.int64), samples)
    np.testing.assert_array_equal(drawn, draw(5, VIEWS, samples, [2, 3]))


@DRAWS
def test_seeds_streams_and_samples_share_no_numbers(draw):
    streams = (TRAINING, SAMPLING, VIEWS, PAIRS, DATA)
    rows = [draws(draw, seed, stream, range(8)) for seed in range(3) for stream in streams]
    rows = np.concatenate(rows)
    assert len(np.unique(rows, axis=0)) == len(rows) == 8 * 3 * 5


def test_streams_leave_room_for_each_other():
    names = [name for name in vars(randomness) if name.isupper() and name != "STREAMS"]
    streams = [vars(randomness)[name] for name in names]
    assert len(set(streams)) == len(streams) >= 5
    assert 0 <= min(streams) and max(streams) < randomness.STREAMS


def test_normal_numbers():
    values = draws(normal, 0, TRAINING, range(64), (1000,))
    count = values.size
    assert abs(values.mean()) < 4 / count**0.5
    assert abs(values.var() - 1) < 4 * (2 / count) ** 0.5
    # Neighbouring samples know nothing of each other.
    assert abs(np.corrcoef(values)[np.triu_indices(64, 1)]).max() < 5 / 1000**0.5


def test_uniform_numbers():
    values = draws(uniform, 0, TRAINING, range(64), (1000,))
    count = values.size
    assert 0 <= values.min() < 0.001 and 0.999 < values.max() < 1
    assert abs(values.mean() - 1 / 2) < 4 / (12 * count) ** 0.5
    assert abs(values.var() - 1 / 12) < 4 / (180 * count) ** 0.5


def test_one_number_a_sample():
    assert draws(uniform, 0, DATA, range(3), ()).shape == (3,)
