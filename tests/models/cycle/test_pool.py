import numpy as np
import tensorflow as tf

from vgan.models.cycle.pool import Pool

SHAPE = (1, 1, 1, 1)


def clips(*values):
    return tf.reshape(tf.constant(values, tf.float32), [-1, *SHAPE])


def test_an_empty_pool_shows_what_is_new():
    pool = Pool(4, SHAPE)
    new = clips(1, 2, 3)
    np.testing.assert_array_equal(pool.mixed(new, 0, tf.range(3, dtype=tf.int64)), new)


def test_half_of_what_is_shown_is_earlier_whatever_the_batch():
    pool = Pool(4, SHAPE)
    pool.keep(clips(1, 2, 3))
    samples = tf.range(400, dtype=tf.int64)
    found = pool.mixed(clips(*[9] * 400), 0, samples).numpy().ravel()
    assert set(found) == {1, 2, 3, 9} and 160 < (found == 9).sum() < 240
    again = pool.mixed(clips(*[9] * 7), 0, samples[100:107]).numpy().ravel()
    np.testing.assert_array_equal(again, found[100:107])


def test_the_oldest_ones_go():
    pool = Pool(4, SHAPE)
    for value in range(1, 7):
        pool.keep(clips(value))
    assert sorted(pool.clips.numpy().ravel()) == [3, 4, 5, 6] and int(pool.held) == 6
    pool.keep(clips(*range(10, 20)))
    assert sorted(pool.clips.numpy().ravel()) == [10, 11, 12, 13]
