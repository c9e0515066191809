import numpy as np
import tensorflow as tf

from vgan.networks.filling import blended, sides, spread
from vgan.tasks import kinds


def fill(values, known):
    """What is filled in one pixel over time, of its values and where they are known."""
    condition = np.float32([[value, known] for value, known in zip(values, known, strict=True)])
    return np.asarray(blended(*sides(condition.reshape(1, len(values), 1, 1, 2))))[0, :, 0, 0, 0]


def test_by_hand():
    np.testing.assert_allclose(
        fill([0, 0.4, 0, 0, 0, -0.4, 0], [0, 1, 0, 0, 0, 1, 0]),
        [0.4, 0.4, 0.2, 0.0, -0.2, -0.4, -0.4],
        atol=2e-3,
    )
    np.testing.assert_allclose(fill([0.3, 0.1, -0.2], [0, 0, 0]), [0.3, 0.1, -0.2])


def test_the_baselines_come_out():
    rng = np.random.default_rng(0)
    video = tf.constant(rng.uniform(-1, 1, [2, 8, 4, 6, 3]), tf.float32)
    samples = tf.range(2, dtype=tf.int64)

    def guess(task):
        pixels, known = task.show(video, 0, samples)
        known = tf.broadcast_to(known, [*video.shape[:-1], 1])
        return np.asarray(blended(*sides(tf.concat([pixels, known], -1))))

    copied = guess(kinds.prediction(given=3))
    np.testing.assert_allclose(copied[:, 3:], np.repeat(video[:, 2:3], 5, 1), atol=1e-5)
    between = guess(kinds.interpolation(every=2))
    middle = (video[:, 2] + video[:, 4]) / 2
    np.testing.assert_allclose(between[:, 3], middle, atol=2e-3)
    noisy = kinds.denoising(strength=20).show(video, 0, samples).pixels
    np.testing.assert_array_equal(guess(kinds.denoising(strength=20)), noisy)


def test_what_is_never_given_comes_from_around():
    condition = np.zeros([1, 2, 1, 4, 2], np.float32)
    condition[0, :, 0, 0] = [0.1, 1]
    condition[0, 0, 0, 3] = [0.3, 1]
    condition[0, 1, 0, 2] = [-0.7, 0]  # A hint, at a place that is never given.
    guess = np.asarray(blended(*sides(condition)))[0, :, 0, :, 0]
    # Halves of the row are 0.1 and 0.3, between which a bilinear resize puts 0.15 and 0.25.
    expected = [[0.1, 0.15, 0.25, 0.3], [0.1, 0.15, -0.7, 0.3]]
    np.testing.assert_allclose(guess, expected, atol=1e-6)


def test_spread():
    rng = np.random.default_rng(0)
    frames = tf.constant(rng.uniform(-1, 1, [3, 5, 7, 2]), tf.float32)
    known = np.zeros([3, 5, 7, 1], bool)
    known[0], known[1, 3, 5] = rng.uniform(size=[5, 7, 1]) < 0.6, True
    found = np.asarray(spread(frames, tf.constant(known)))
    np.testing.assert_array_equal(found[0][known[0, ..., 0]], frames[0][known[0, ..., 0]])
    assert found[0].min() >= np.min(frames[0]) and found[0].max() <= np.max(frames[0])
    np.testing.assert_allclose(found[1], np.broadcast_to(frames[1, 3, 5], [5, 7, 2]), rtol=1e-6)
    np.testing.assert_array_equal(found[2], 0)
