"""What VGG19 sees in pictures.

Source: Simonyan and Zisserman, "Very Deep Convolutional Networks", 2015.
"""

import keras

from vgan.core.clip import to_levels
from vgan.core.errors import UsageError

LAYERS = ("block1_conv2", "block2_conv2", "block3_conv4", "block4_conv4")
"""The last convolution of each size that clips of 32 pixels still have."""


def features(weights="imagenet"):
    """Activations of four layers of VGG19.

    Args:
      weights: "imagenet", which Keras downloads, or the path of a file of weights without the
        classifier.
    Returns:
      a function of pictures float32 [N, H, W, 3] in [-1, 1] -> a list of features, the coarsest
      last, which says what is where.
    Raises:
      UsageError: the weights can't be loaded.
    """
    if not isinstance(weights, str):
        raise UsageError(f"weights={weights!r}: must be 'imagenet', or a path in quotes")
    try:
        vgg = keras.applications.VGG19(include_top=False, weights=weights)
    except Exception as error:  # Downloads and files fail in many ways.
        raise UsageError(
            f"the weights {weights!r} of vgg19 can't be had ({error}). Give the path of a file of "
            "them as weights='...', or take features that need none: random2d(), or "
            "network='critics' in --losses"
        ) from None
    vgg.trainable = False
    network = keras.Model(vgg.inputs, [vgg.get_layer(name).output for name in LAYERS])

    def seen(pictures):
        shown = keras.applications.vgg19.preprocess_input(to_levels(pictures))
        return network(shown, training=False)

    return seen
