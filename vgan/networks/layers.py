"""Layers and arithmetic that several networks share."""

import math

import keras
import tensorflow as tf
from keras import ops

from vgan.models.synthesizer import MovedLayer
from vgan.networks.batch_statistics import BatchNorm

QUIET = keras.initializers.VarianceScaling(0.01, seed=0)
"""A start from which a layer hardly does anything; without a seed, it would be drawn on import."""


@keras.saving.register_keras_serializable(package="vgan")
class SpectralNorm(MovedLayer, keras.layers.Wrapper):
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
        width = self.layer.compute_output_shape(input_shape)[-1:]
        self.bias = self.add_weight(shape=width, initializer="zeros", name="bias")
        self.after_step(steps=20)

    def after_step(self, steps=1):
        """Moves u and v by `steps` steps of power iteration."""
        kernel = tf.reshape(self.layer.kernel.value, self.kernel_matrix_shape)
        row, column = self.u.value[None], self.v.value[:, None]
        for _ in range(steps):
            column = tf.reshape(_unit(tf.matmul(row, kernel)), [-1, 1])
            row = tf.reshape(_unit(tf.matmul(kernel, column)), [1, -1])
        self.u.assign(row[0])
        self.v.assign(column[:, 0])

    def call(self, x):
        kernel = ops.reshape(self.layer.kernel, self.kernel_matrix_shape)
        u, v = ops.stop_gradient(self.u.value), ops.stop_gradient(self.v.value)
        sigma = ops.sum(u * ops.matmul(kernel, v))
        y = self.layer(x)
        return y * ops.cast(1.0 / sigma, y.dtype) + ops.cast(self.bias, y.dtype)


def _unit(vector):
    return vector / (tf.sqrt(tf.reduce_sum(vector * vector)) + 1e-12)


def weighted(layer_class, *args, spectral_norm, **kwargs):
    """A layer of `layer_class`, wrapped in `SpectralNorm` where that is asked for."""
    if spectral_norm:
        return SpectralNorm(layer_class(*args, use_bias=False, **kwargs), name=kwargs.get("name"))
    return layer_class(*args, **kwargs)


def convolution(layer_class, width, kernel, strides, spectral_norm, padding="same"):
    """A `weighted` convolution layer, transposed or not, which unless told pads to whole sizes."""
    sizes = {"strides": strides, "padding": padding}
    return weighted(layer_class, width, kernel, spectral_norm=spectral_norm, **sizes)


def generator_inputs(clip, latent_dim, condition_channels, num_labels, beside=0):
    """The inputs of a generator, and the latents joined with the label.

    Args:
      beside: how many further latents there are, after the others, that don't join the label.
    Returns:
      keras.Input latents [B, latent_dim + beside], condition [B, T, H, W, K] and label int [B];
      style [B, D], the latents alone where there are no classes.
    """
    latents = keras.Input((latent_dim + beside,), name="latents")
    condition = keras.Input((*clip.shape[:3], condition_channels), name="condition")
    label = keras.Input((), dtype="int32", name="label")
    style = latents[:, :latent_dim] if beside else latents
    if num_labels:
        code = keras.layers.Embedding(num_labels, 32, name="class")(label)
        style = keras.layers.Concatenate()([style, code])
    return latents, condition, label, style


def activated(x, style, name=None, batch_norm=False, motion=None):
    """Pixel norm, scales of the channels that the latents choose, and a rectifier.

    The scales are the same at all places, and without a motion at all times, so what stays the same
    in a clip, such as its colours, isn't decided anew for each frame. Pixel norm keeps activations
    in range without any state.

    Args:
      x: features [B, T, H, W, C].
      style: [B, D].
      name: its layers are called `<name>_scales` and `<name>_norm`; None lets Keras name them.
      batch_norm: use it instead of pixel norm.
      motion: [B, T, M] of each time, whose scales are added; None for none.
    Returns:
      features [B, T, H, W, C].

    Source: Karras et al., "Progressive Growing of GANs", 2018, section 4.2, and "A Style-Based
    Generator Architecture for GANs", 2019, section 2.
    """
    scales, norm = (name and f"{name}_{part}" for part in ("scales", "norm"))
    scales = keras.layers.Dense(x.shape[-1], bias_initializer="ones", name=scales)(style)
    scales = keras.layers.Reshape((1, 1, 1, x.shape[-1]))(scales)
    if motion is not None:
        moving = keras.layers.Dense(x.shape[-1])(motion)
        scales = scales + keras.layers.Reshape((-1, 1, 1, x.shape[-1]))(moving)
    normal = (BatchNorm if batch_norm else keras.layers.RMSNormalization)(name=norm)(x)
    return keras.layers.LeakyReLU(0.2)(keras.layers.Multiply()([normal, scales]))


@keras.saving.register_keras_serializable(package="vgan")
class MeanPooling(keras.layers.Layer):
    """Means over cells of frames, rows and columns, as AveragePooling3D's, by a pool of pictures.

    Runtimes for phones know no other; what is left over beyond the last whole cell is dropped.

    Args:
      factors: frames, rows and columns of a cell.
    """

    def __init__(self, factors, **kwargs):
        super().__init__(**kwargs)
        self.factors = tuple(factors)

    def call(self, x):
        _, frames, height, width, channels = x.shape
        deep, *cell = self.factors
        if deep > 1:
            frames //= deep
            x = ops.reshape(x[:, : frames * deep], (-1, deep, height * width, channels))
            x = ops.mean(x, 1)
        x = ops.average_pool(ops.reshape(x, (-1, height, width, channels)), tuple(cell))
        return ops.reshape(x, (-1, frames, *x.shape[1:]))

    def compute_output_shape(self, shape):
        sides = (side // cell for side, cell in zip(shape[1:4], self.factors, strict=True))
        return (shape[0], *sides, shape[4])

    def get_config(self):
        return super().get_config() | {"factors": self.factors}


def group_normal(x):
    """Group norm in float32, by groups of several channels: of one alone, it would lose brightness.

    Source: Wu and He, "Group Normalization", 2018.
    """
    groups = x.shape[-1] // math.gcd(8, x.shape[-1])
    return keras.layers.GroupNormalization(groups, dtype="float32")(x)


def shrunk(condition, clip, x):
    """The given frames [B, T, H, W, K] of a whole clip, averaged down to the size of features x."""
    factors = [full // small for full, small in zip(clip.shape[:3], x.shape[1:4], strict=True)]
    return MeanPooling(factors)(condition)


def logits(features, label, num_labels, spectral_norm):
    """Logits of features, one a row or one a position; with projection where there are classes.

    Args:
      features: [N, D], or [N, m, D] for a logit at each of m positions.
      label: int [N].
    Returns:
      float32 [N, 1] or [N, m]; the label's projection is that of the mean features.

    Source: Miyato and Koyama, "cGANs with Projection Discriminator", ICLR 2018, equation 3.
    """
    dtype = "float32"
    options = {"spectral_norm": spectral_norm, "dtype": dtype}
    verdict = weighted(keras.layers.Dense, 1, name="verdict", **options)(features)
    verdict = keras.layers.Flatten(dtype=dtype)(verdict)
    if num_labels:
        if len(features.shape) == 3:
            features = keras.layers.GlobalAveragePooling1D(dtype=dtype)(features)
        # A table without the norm could scale the logits without bound, whatever the others' norms.
        table = weighted(keras.layers.Dense, features.shape[-1], name="projection", **options)
        rows = table(keras.ops.one_hot(label, num_labels, dtype=dtype))
        product = keras.layers.Dot(axes=-1, dtype=dtype)([rows, features])
        verdict = keras.layers.Add(dtype=dtype)([verdict, product])
    return keras.layers.Flatten(dtype=dtype, name="logits")(verdict)
