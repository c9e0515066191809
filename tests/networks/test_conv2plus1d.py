import keras
import numpy as np
import pytest
from keras import ops

from vgan.core.clip import ClipSpec
from vgan.networks import conv2plus1d
from vgan.networks.layers import SpectralNorm

CLIP = ClipSpec(8, 16, 24)  # Halved in (time, height, width) by (2, 2, 2) and then by (1, 2, 2).


def convolutions(network):
    """(kernel size, strides, channels in and out) of each convolution, in order."""
    inner = [one.layer if isinstance(one, SpectralNorm) else one for one in network.layers]
    return [
        (one.kernel_size, one.strides, one.kernel.shape[3:])
        for one in inner
        if isinstance(one, keras.layers.Conv3D | keras.layers.Conv3DTranspose)
    ]


@pytest.mark.parametrize("spectral_norm", [False, True])
def test_the_discriminator_layer_by_layer(spectral_norm):
    network = conv2plus1d.discriminator(CLIP, channels=8, spectral_norm=spectral_norm).network
    assert convolutions(network) == [
        ((1, 4, 4), (1, 2, 2), (3, 8)),
        ((4, 1, 1), (2, 1, 1), (8, 8)),
        ((1, 4, 4), (1, 2, 2), (8, 16)),
        ((3, 1, 1), (1, 1, 1), (16, 16)),
    ]
    kernels = 3 * 8 * 16 + 8 * 8 * 4 + 8 * 16 * 16 + 16 * 16 * 3
    biases = 8 + 8 + 16 + 16
    logit = 16 * (4 * 4 * 6) + 1
    count = sum(ops.size(v) for v in network.trainable_variables)
    assert count == kernels + biases + logit


def test_the_generator_layer_by_layer():
    network = conv2plus1d.generator(CLIP, channels=32, latent_dim=5)
    # Kernels of transposed convolutions hold the channels the other way round.
    assert convolutions(network) == [
        ((1, 4, 4), (1, 2, 2), (32, 64)),
        ((3, 1, 1), (1, 1, 1), (32, 32)),
        ((1, 4, 4), (1, 2, 2), (8, 32)),
        ((4, 1, 1), (2, 1, 1), (8, 8)),
        ((1, 3, 3), (1, 1, 1), (8, 3)),
    ]


@pytest.mark.parametrize("stride", [(1, 2, 2), (2, 2, 2)], ids=str)
@pytest.mark.parametrize("transposed", [False, True])
def test_each_is_a_picture_convolution_and_then_one_along_time(stride, transposed):
    three, two, one = (
        (keras.layers.Conv3DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv1DTranspose)
        if transposed
        else (keras.layers.Conv3D, keras.layers.Conv2D, keras.layers.Conv1D)
    )
    given = keras.Input((4, 6, 8, 3))
    network = keras.Model(given, conv2plus1d._factorised(three, given, 5, stride, False))
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 8, 3)).astype(np.float32)
    space, time = (layer for layer in network.layers if isinstance(layer, three))

    frames = x.reshape(8, 6, 8, 3)
    picture = two(5, 4, strides=2, padding="same")
    picture.build(frames.shape)
    picture.set_weights([space.kernel[0], space.bias])
    frames = np.array(picture(frames)).reshape(2, 4, -1, 5)
    lines = np.where(frames > 0, frames, 0.2 * frames).swapaxes(1, 2).reshape(-1, 4, 5)
    line = one(5, 4 if stride[0] == 2 else 3, strides=stride[0], padding="same")
    line.build(lines.shape)
    line.set_weights([time.kernel[:, 0, 0], time.bias])
    found = network(x)
    expected = np.array(line(lines)).reshape(2, -1, found.shape[1], 5).swapaxes(1, 2)
    np.testing.assert_allclose(found, expected.reshape(found.shape), rtol=1e-4, atol=1e-5)
