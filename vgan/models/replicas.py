"""What families know of a step that several devices take together, each with its share of clips."""

import tensorflow as tf


def number():
    """How many devices take a step together."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def share(gradients):
    """What each device applies of mean gradients, since Keras's optimizers add those of all up."""
    if number() == 1:
        return gradients
    return [gradient if gradient is None else gradient / number() for gradient in gradients]


def mean(values):
    """Means of tensors over all devices; gradients go back to all of them."""
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, values)
