import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import Batch, Seen
from vgan.models.game import penalties
from vgan.networks.critic import Critic, random_frames, whole_clip

FRAME = (2, 3, 1)
WEIGHTS = np.float32([[0.5, -1, 2], [0, 3, -0.25]])[..., None]
SQUARES = float(np.square(WEIGHTS).sum())


def linear(shape, weights, view=whole_clip, power=1):
    """A critic whose logit is sum(weights * x^power) over one input, so its gradient is known."""
    x, label = keras.Input(shape), keras.Input((), dtype="int32")
    powers = keras.layers.Lambda(lambda value: value**power)(x)
    dense = keras.layers.Dense(1, use_bias=False)
    logit = dense(keras.layers.Flatten()(powers))
    dense.kernel.assign(np.reshape(weights, (-1, 1)))
    return Critic(keras.Model([x, label], logit, name="linear"), view)


def penalty(name, critic, real, fake):
    clips, *size, _ = real.shape
    batch = Batch(real, tf.zeros([clips, *size, 0]), tf.zeros([clips], tf.int32))
    samples = tf.range(clips, dtype=tf.int64)
    return getattr(penalties, name)(critic, Seen(real), Seen(fake), batch, 0, samples)


def r1(critic, video):
    return penalty("r1", critic, video, None)


def clips(number, frames):
    return tf.random.stateless_normal([number, frames, *FRAME], [1, 2])


@pytest.mark.parametrize("frames", [1, 2, 4, 8])
def test_a_linear_critic_of_clips(frames):
    critic = linear((frames, *FRAME), np.stack([WEIGHTS] * frames))
    found = r1(critic, clips(3, frames))
    assert found.dtype == tf.float32
    # Of any length, since the gradient is the same at every frame.
    np.testing.assert_allclose(found, [0.5 * SQUARES] * 3, rtol=1e-6)


def test_a_gradient_at_one_frame_is_spread_over_all():
    weights = np.zeros((4, *FRAME), np.float32)
    weights[2] = WEIGHTS
    np.testing.assert_allclose(r1(linear(weights.shape, weights), clips(2, 4)), [SQUARES / 8] * 2)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_linear_critic_of_frames(count):
    critic = linear(FRAME, WEIGHTS, random_frames(count))
    np.testing.assert_allclose(r1(critic, clips(3, 4)), [0.5 * SQUARES] * 3, rtol=1e-6)


def test_each_clip_has_its_own():
    # D = sum w x^2 / 2 has the gradient w x.
    video = clips(3, 2)
    weights = np.stack([WEIGHTS, -2 * WEIGHTS])
    found = r1(linear(weights.shape, weights / 2, power=2), video)
    expected = 0.5 * np.square(weights * video).sum((1, 2, 3, 4)) / 2
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert np.ptp(expected) > 0.1


def test_its_gradient_reaches_the_weights():
    critic = linear((2, *FRAME), np.stack([WEIGHTS, 3 * WEIGHTS]))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(r1(critic, clips(1, 2)))
    (kernel,) = critic.network.trainable_variables
    # d/dw of |w|^2 / (2 T) = w / T.
    np.testing.assert_allclose(tape.gradient(total, kernel), kernel / 2, rtol=1e-6)


def test_r2_is_the_same_at_made_clips():
    real, fake = clips(3, 2), 2 * clips(3, 2)
    critic = linear((2, *FRAME), np.stack([WEIGHTS, -2 * WEIGHTS]), power=2)
    np.testing.assert_allclose(penalty("r2", critic, real, fake), r1(critic, fake), rtol=1e-6)
    with tf.GradientTape() as tape:
        tape.watch(fake)
        total = tf.reduce_sum(penalty("r2", critic, real, fake))
    assert tape.gradient(total, fake) is None  # It is a penalty on the critic.


@pytest.mark.parametrize("whole", [True, False])
def test_the_slope_of_a_linear_critic(whole):
    """The length of its weights, whatever it is shown: clips of 2 frames, or 2 single frames."""
    if whole:
        critic, square = linear((2, *FRAME), np.stack([WEIGHTS] * 2)), 2 * SQUARES
    else:
        critic, square = linear(FRAME, WEIGHTS, random_frames(2)), SQUARES
    found = penalty("one_lipschitz", critic, clips(3, 2), -clips(3, 2))
    np.testing.assert_allclose(found, [(np.sqrt(square) - 1) ** 2] * 3, rtol=1e-5)


def test_slopes_are_taken_between_real_and_made_clips():
    """D = sum w x^2 / 2 has the gradient w x: its slope grows from real to made ones threefold."""
    critic = linear((1, *FRAME), WEIGHTS[None] / 2, power=2)
    real, fake = tf.ones([40, 1, *FRAME]), 3 * tf.ones([40, 1, *FRAME])
    slopes = np.sqrt(penalty("one_lipschitz", critic, real, fake)) + 1
    size = np.sqrt(SQUARES)
    assert (slopes >= size * 0.999).all() and (slopes <= 3.001 * size).all()
    assert np.ptp(slopes) > size  # Each clip has a share of its own.
    again = np.sqrt(penalty("one_lipschitz", critic, real, fake)) + 1
    np.testing.assert_array_equal(slopes, again)
