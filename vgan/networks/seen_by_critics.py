"""What a trained critic of frames sees in pictures of any size."""

import keras

from vgan.core.errors import UsageError
from vgan.networks.layers import SpectralNorm


def features(critics, name):
    """The rectified convolutions of the first critic that judges pictures by colours alone.

    Args:
      critics: list of networks.critic.Critic.
      name: of the run, for the error.
    Returns:
      a function of pictures float32 [N, H, W, 3] in [-1, 1] -> a list of features.
    Raises:
      UsageError: there is none.
    """
    for critic in critics:
        if _of_pictures(critic):
            return _stack(critic.network)
    raise UsageError(
        f"--features={name}: no critic of frames is in this run, such as frames2d(). Name another "
        "run, or random2d()"
    )


def _of_pictures(critic):
    shape = critic.network.inputs[0].shape
    return len(shape) == 4 and shape[-1] == 3


def _stack(network):
    """The convolutions and rectifiers of a network up to what needs pictures of its own size."""
    chosen = []
    for layer in network.layers[1:]:
        inner = layer.layer if isinstance(layer, SpectralNorm) else layer
        if isinstance(inner, keras.layers.Conv2D | keras.layers.LeakyReLU):
            chosen.append(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            break

    def seen(pictures):
        found = []
        for layer in chosen:
            pictures = layer(pictures)
            if isinstance(layer, keras.layers.LeakyReLU):
                found.append(pictures)
        return found

    return seen
