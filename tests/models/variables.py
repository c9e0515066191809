"""The values of what a model is."""

import keras
import numpy as np
import tensorflow as tf


def values(model):
    """Of all variables of a tf.Module or a network: tf.Module.variables lacks those of Keras."""
    parts = tf.train.TrackableView(model).descendants()
    return [np.array(part) for part in parts if isinstance(part, tf.Variable | keras.Variable)]
