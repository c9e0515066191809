"""What a network knows of how its clips move."""

import keras


@keras.saving.register_keras_serializable(package="vgan")
class KnownMotion(keras.layers.Layer):
    """The last layer of a generator that knows its motion: passes its clips on.

    Its inputs are video [B, T, H, W, C]; flow float32 [B, T-1, H, W, 2], (dx, dy) in pixels from
    frame t to t+1 of what each pixel shows; masks float32 [B, T, H, W, K] in [0, 1], how much of
    each of K objects is seen, the nearest first. A graph computes flow and masks only where a
    network `with_motion` asks for them.
    """

    def call(self, inputs):
        video, _, _ = inputs
        return video

    def compute_output_shape(self, input_shape):
        return input_shape[0]


def knows_motion(network):
    """Whether a generator, keras.Model, ends in KnownMotion."""
    return isinstance(network.layers[-1], KnownMotion)


def with_motion(network):
    """The same generator, which gives its clips, their flow and their masks.

    Args:
      network: keras.Model that knows its motion.
    Returns:
      keras.Model: the same inputs -> [video, flow, masks], as of KnownMotion.
    """
    return keras.Model(network.inputs, network.layers[-1].input)
