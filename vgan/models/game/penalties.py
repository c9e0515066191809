"""Penalties on a critic: what needs more than its logits.

Each is `penalty(critic, real, fake, batch, seed, samples)` and gives float32 [B], unreduced.

Args:
  critic: networks.critic.Critic.
  real, fake: core.clip.Seen.
  batch: the Batch that the real clips are of (condition, label).
  seed, samples: what the critic's view, and a mix of clips, are drawn from.
"""

import tensorflow as tf

from vgan.core import randomness


def r1(critic, real, fake, batch, seed, samples):
    """Half the squared gradient of the critic at real clips, a mean over its inputs and frames.

    It is per frame, since a sum over frames would make it T times as strong for longer clips.

    Source: Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018, eq. 9.
    """
    del fake
    return _half_square(critic, real, batch, seed, samples)


def r2(critic, real, fake, batch, seed, samples):
    """The same at made clips.

    Source: as `r1`, equation 10.
    """
    del real
    return _half_square(critic, fake, batch, seed, samples)


def one_lipschitz(critic, real, fake, batch, seed, samples):
    """How far the critic's slope is from 1 between real and made clips: (|gradient| - 1)^2.

    The clips are mixed as the critic sees them, each input by a share of its own.

    Source: Gulrajani et al., "Improved Training of Wasserstein GANs", 2017, equation 3.
    """
    real_inputs = critic.inputs(real, batch.condition, seed, samples)
    fake_inputs = critic.inputs(fake, batch.condition, seed, samples)
    views = tf.shape(real_inputs)[0] // tf.shape(samples)[0]
    share = randomness.uniform(seed, randomness.MIXES, samples, [views])
    share = tf.reshape(share, [-1, *[1] * (real_inputs.shape.rank - 1)])
    mixed = share * real_inputs + (1 - share) * tf.cast(fake_inputs, real_inputs.dtype)
    mixed = tf.stop_gradient(mixed)
    squares = _squared_gradient(critic, mixed, batch.label)
    slope = tf.sqrt(squares + 1e-12)  # The slope of a root at 0 is infinite.
    return tf.reduce_mean(tf.reshape(tf.square(slope - 1), [-1, views]), 1)


def _half_square(critic, seen, batch, seed, samples):
    inputs = tf.stop_gradient(critic.inputs(seen, batch.condition, seed, samples))
    squares = _squared_gradient(critic, inputs, batch.label)
    frames = inputs.shape[1] if inputs.shape.rank == 5 else 1
    return 0.5 * tf.reduce_mean(tf.reshape(squares, [tf.shape(samples)[0], -1]), 1) / frames


def _squared_gradient(critic, inputs, label):
    """The squared length of the gradient of the mean logit of each input, float32 [N]."""
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        logits = critic.judge(inputs, label).logits
        means = tf.reduce_mean(tf.reshape(logits, [tf.shape(inputs)[0], -1]), 1)
    gradient = tf.cast(tape.gradient(means, inputs), tf.float32)
    return tf.reduce_sum(tf.square(gradient), tf.range(1, tf.rank(gradient)))
