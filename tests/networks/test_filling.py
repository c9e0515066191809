import numpy as np
import tensorflow as tf

from vgan import tasks
from vgan.networks.filling import blended, sides


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
        pixels, known = task(video, 0, samples)
        known = tf.broadcast_to(known, [*video.shape[:-1], 1])
        return np.asarray(blended(*sides(tf.concat([pixels, known], -1))))

    copied = guess(tasks.prediction(given=3))
    np.testing.assert_allclose(copied[:, 3:], np.repeat(video[:, 2:3], 5, 1), atol=1e-5)
    between = guess(tasks.interpolation(every=2))
    middle = (video[:, 2] + video[:, 4]) / 2
    np.testing.assert_allclose(between[:, 3], middle, atol=2e-3)
    noisy = tasks.denoising(strength=20)(video, 0, samples).pixels
    np.testing.assert_array_equal(guess(tasks.denoising(strength=20)), noisy)
