"""Layers and arithmetic that several networks share."""

import dataclasses
import math

import keras
from keras import ops

from vgan.errors import UsageError


@keras.saving.register_keras_serializable(package="vgan")
class SpectralNorm(keras.layers.Wrapper):
    """Divides the kernel of a layer by its largest singular value.

    `sigma = u^T W v` with stored unit vectors u and v, which only `after_step` moves: a call
    changes no state, so real and fake clips, and second-order gradients, see one network.
    The kernel is read as a matrix of all but its last axis by its last axis.

    Args:
      layer: a Dense or convolution layer with `use_bias=False`; the bias is kept here.

    Source: Miyato et al., "Spectral Normalization for GANs", ICLR 2018, algorithm 1.
    """

    def __init__(self, layer, **kwargs):
        super().__init__(layer, autocast=False, **kwargs)

    def build(self, input_shape):
        super().build(input_shape)
        *rows, columns = self.layer.kernel.shape
        self.kernel_matrix_shape = (-1, columns)
        rows = math.prod(rows)
        unit = keras.initializers.RandomNormal(1.0, seed=0)
        self.u = self.add_weight(shape=(rows,), initializer=unit, trainable=False, name="u")
        self.v = self.add_weight(shape=(columns,), initializer=unit, trainable=False, name="v")
        self.bias = self.add_weight(
            shape=self.layer.compute_output_shape(input_shape)[-1:],
            initializer="zeros",
            name="bias",
        )
        self.after_step(steps=20)

    def after_step(self, steps=1):
        """Moves u and v by so many steps of power iteration."""
        kernel = ops.reshape(self.layer.kernel, self.kernel_matrix_shape)
        u, v = self.u.value, self.v.value
        for _ in range(steps):
            v = _unit(ops.matmul(u, kernel))
            u = _unit(ops.matmul(kernel, v))
        self.u.assign(u)
        self.v.assign(v)

    def call(self, x):
        kernel = ops.reshape(self.layer.kernel, self.kernel_matrix_shape)
        u, v = ops.stop_gradient(self.u.value), ops.stop_gradient(self.v.value)
        sigma = ops.sum(u * ops.matmul(kernel, v))
        y = self.layer(x)
        return y * ops.cast(1.0 / sigma, y.dtype) + ops.cast(self.bias, y.dtype)


def _unit(vector):
    return vector / (ops.norm(vector) + 1e-12)


def weighted(layer_class, *args, spectral_norm, **kwargs):
    """A layer of `layer_class`, wrapped in `SpectralNorm` where that is asked for."""
    if spectral_norm:
        return SpectralNorm(layer_class(*args, use_bias=False, **kwargs))
    return layer_class(*args, **kwargs)


def halvings(size, least):
    """How often `size` can be halved before it falls below `least`."""
    return max(0, (size // least).bit_length() - 1)


def check_counts(network, **counts):
    """Raises UsageError unless each argument is a whole number of at least 1."""
    for name, count in counts.items():
        if not isinstance(count, int) or count < 1:
            raise UsageError(f"{network}({name}={count!r}): must be a whole number of at least 1")


def check_strides(clip, factors, network):
    """Raises UsageError, naming flags and nearest good values, unless the strides divide a clip.

    Args:
      clip: ClipSpec.
      factors: ClipSpec -> what its frames, height and width must be multiples of.
      network: its flag and name, for the error.
    """
    misfits = _misfits(clip, factors)
    problems = [
        f"--{axis}={getattr(clip, axis)} isn't a multiple of {factor} "
        f"(nearest: {_nearest(clip, axis, factors, misfits)})"
        for axis, factor in misfits.items()
    ]
    if problems:
        raise UsageError(f"{network} can't make clips of {clip}: " + "; ".join(problems))


def _misfits(clip, factors):
    axes = zip(("frames", "height", "width"), factors(clip), strict=True)
    return {axis: factor for axis, factor in axes if getattr(clip, axis) % factor}


def _nearest(clip, axis, factors, misfits):
    """The next good sizes of an axis. The factors may change with the size, so they are tried."""

    def fits(size):
        left = _misfits(dataclasses.replace(clip, **{axis: size}), factors)
        return axis not in left and left.keys() <= misfits.keys()

    size = getattr(clip, axis)
    below = next(filter(fits, range(size - 1, 0, -1)), None)
    above = next(filter(fits, range(size + 1, 2 * size + 64)), None)
    return " or ".join(str(good) for good in (below, above) if good)


def logits(features, label, num_labels, spectral_norm):
    """One logit a row, of features [N, D]; where there are classes, with the label's projection.

    Source: Miyato and Koyama, "cGANs with Projection Discriminator", ICLR 2018, equation 3.
    """
    dtype = "float32"
    verdict = weighted(keras.layers.Dense, 1, spectral_norm=spectral_norm, dtype=dtype)(features)
    if num_labels:
        rows = keras.layers.Embedding(num_labels, features.shape[-1], dtype=dtype)(label)
        product = keras.layers.Dot(axes=-1, dtype=dtype)([rows, features])
        verdict = keras.layers.Add(dtype=dtype)([verdict, product])
    return keras.layers.Flatten(dtype=dtype, name="logits")(verdict)
