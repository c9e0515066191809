"""Self-attention: each place of a clip looks at all the others.

Source: Zhang et al., "Self-Attention Generative Adversarial Networks", 2019, section 3; for clips
Wang et al., "Non-local Neural Networks", 2018.
"""

import math

import keras
from keras import layers, ops

from vgan.networks.layers import weighted

MOST_POSITIONS = 1024


def stage_for_attention(sizes):
    """Which of some feature maps attention should join: the largest of at most 1,024 positions.

    Args:
      sizes: a (time, height, width) a feature map; at least one.
    Returns:
      int: an index into `sizes`; of the smallest map if all are too large.
    """
    positions = [math.prod(size) for size in sizes]
    fitting = [count for count in positions if count <= MOST_POSITIONS]
    return positions.index(max(fitting, default=min(positions)))


def attend(x, name="attention", spectral_norm=False):
    """Adds to the features at each position what it finds at all positions, in time and space.

    The weights of the N positions for each other take 4 N^2 bytes a clip, 4 MiB for 1,024
    positions, and a few times that while training.

    Args:
      x: features [B, T, H, W, C] or [B, H, W, C], of about unit size.
      name: its layers are called `<name>_queries` and so on.
      spectral_norm: divide the kernels of values and output by their largest singular values.
    Returns:
      features, shaped as x.

    Source: Zhang et al., 2019, equations 1 to 3; the division by the root of the depth is of
    Vaswani et al., "Attention Is All You Need", 2017, section 3.2.1.
    """
    channels = x.shape[-1]
    depth, half = max(1, channels // 8), max(1, channels // 2)
    # A bias of the keys would do nothing, and no bound on the kernels bounds a product of two
    # inputs, so neither of these two takes part in spectral norm, which adds a bias.
    queries = layers.Dense(depth, use_bias=False, name=f"{name}_queries")(x)
    keys = layers.Dense(depth, use_bias=False, name=f"{name}_keys")(x)
    values = weighted(layers.Dense, half, spectral_norm=spectral_norm, name=f"{name}_values")(x)
    found = Lookup(name=f"{name}_lookup", dtype="float32")([queries, keys, values])
    output = weighted(layers.Dense, channels, spectral_norm=spectral_norm, name=f"{name}_output")
    return layers.Add(name=f"{name}_sum")([x, Scale(name=f"{name}_scale")(output(found))])


@keras.saving.register_keras_serializable(package="vgan")
class Lookup(layers.Layer):
    """Averages values by how well their keys fit each query, a softmax over all positions.

    Its inputs are queries and keys [B, ..., D] and values [B, ..., V], its output is shaped as
    the values.
    """

    def call(self, inputs):
        queries, keys, values = (
            ops.reshape(x, (-1, math.prod(x.shape[1:-1]), x.shape[-1])) for x in inputs
        )
        fit = ops.matmul(queries, ops.transpose(keys, (0, 2, 1))) / math.sqrt(keys.shape[-1])
        found = ops.matmul(ops.softmax(fit, axis=-1), values)
        return ops.reshape(found, (-1, *inputs[2].shape[1:]))


@keras.saving.register_keras_serializable(package="vgan")
class Scale(layers.Layer):
    """Multiplies its input by one learnt number."""

    def build(self, input_shape):
        # The paper starts from 0, but then nothing before this layer would have a gradient.
        self.scale = self.add_weight(initializer=keras.initializers.Constant(0.1), name="scale")

    def call(self, x):
        return x * ops.cast(self.scale, x.dtype)
