"""Penalties on a critic: what needs more than its logits."""

import tensorflow as tf


def r1(critic, video, batch, seed, samples):
    """Half the squared gradient of the critic at real clips, a mean over its inputs and frames.

    It is per frame, since a sum over frames would make it T times as strong for longer clips.

    Args:
      critic: critics.Critic.
      video: float32 [B, T, H, W, C], real clips.
      batch: the Batch they are of (condition, label).
      seed, samples: what the critic's view is drawn from.
    Returns:
      float32 [B].

    Source: Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018, eq. 9.
    """
    with tf.GradientTape() as tape:
        inputs = critic.inputs(video, batch.condition, seed, samples)
        tape.watch(inputs)
        logits = tf.reduce_sum(critic.judge(inputs, batch.label))
    gradient = tf.cast(tape.gradient(logits, inputs), tf.float32)
    frames = gradient.shape[1] if gradient.shape.rank == 5 else 1
    squares = tf.reduce_sum(tf.square(gradient), tf.range(1, tf.rank(gradient)))
    return 0.5 * tf.reduce_mean(tf.reshape(squares, [tf.shape(video)[0], -1]), 1) / frames
