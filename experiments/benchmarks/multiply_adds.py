"""Counts the multiply-adds of a training step, at the positions that are really computed.

A convolution has one for each output position, tap that lies inside the frame, input channel and
output channel; a transposed convolution is the same seen from its output. Nothing else is counted.

With f of a layer's forward pass, `Gan.gradients` computes, per clip:
  generator           forward, gradient of the weights, gradient of the input    3 f
  critic, real clips  the same                                                   3 f
  critic, fake clips  the same for its own weights, and the gradient of the
                      input once more for the generator                          4 f
No gradient of the input is needed where no weight lies before it: that takes one f from such a
layer of the generator, and two of the critic (not the one that leads on to the generator).
"""

import math

import keras
from keras import layers

from vgan.networks.layers import SpectralNorm


def of_step(generator, critics):
    """Multiply-adds of one clip in one step of BCE, without penalties and other losses.

    Args:
      generator: keras.Model.
      critics: list of (keras.Model, inputs of it per clip).
    Raises:
      ValueError: a layer with a kernel that it can't count.
    """
    total = sum(forward * (3 if behind else 2) for forward, behind in _layers(generator))
    for network, views in critics:
        total += views * sum(forward * (7 if behind else 5) for forward, behind in _layers(network))
    return total


def _layers(network):
    """(multiply-adds forward, whether weights lie before it) of each layer."""
    learnt = set()
    for layer in network.layers:
        behind = any(id(tensor) in learnt for tensor in keras.tree.flatten(layer.input))
        if behind or layer.trainable_variables:
            learnt |= {id(tensor) for tensor in keras.tree.flatten(layer.output)}
        yield _forward(layer), behind


def _forward(layer):
    inner = layer.layer if isinstance(layer, SpectralNorm) else layer
    if isinstance(inner, layers.Dense):
        return math.prod(inner.kernel.shape) * math.prod(layer.input.shape[1:-1])
    transposed = isinstance(inner, (layers.Conv2DTranspose, layers.Conv3DTranspose))
    convolution = transposed or isinstance(inner, (layers.Conv2D, layers.Conv3D))
    if convolution and inner.padding == "valid" and not transposed:
        return math.prod(inner.kernel.shape) * math.prod(layer.output.shape[1:-1])
    if convolution and inner.padding == "same":
        frame = (layer.output if transposed else layer.input).shape[1:-1]
        taps = map(_taps_inside, frame, inner.kernel_size, inner.strides)
        return math.prod(taps) * math.prod(inner.kernel.shape[-2:])
    if any(weight.name == "kernel" for weight in inner.weights):
        raise ValueError(f"layer {layer.name!r}: no rule to count a {type(inner).__name__}")
    return 0


def _taps_inside(size, kernel, stride):
    """Pairs of a position and a tap inside the frame, along one axis padded to keep its size."""
    positions = -(-size // stride)
    before = max((positions - 1) * stride + kernel - size, 0) // 2
    return sum(
        0 <= position * stride - before + tap < size
        for position in range(positions)
        for tap in range(kernel)
    )
