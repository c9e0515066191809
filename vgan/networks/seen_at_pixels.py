"""What a trained network that goes down and up again finds at each pixel of a clip."""

import keras
import numpy as np
import tensorflow as tf

from vgan.core.errors import UsageError

LEVEL = 0.1
"""Of noise, as networks that take it away are told: where they look at what is nearly a clip.

Source: Baranchuk et al., "Label-Efficient Semantic Segmentation with Diffusion Models", 2022: the
last steps' features are of small things and edges.
"""


def features(networks, clip, num_labels, name):
    """The widest features at full size of the first network that is shown clips and has any.

    Those are U-Nets: denoisers, critics of each pixel, and generators that complete clips.

    Args:
      networks: list of keras.Model.
      clip: ClipSpec of what they are shown.
      num_labels: of classes that they know, 0 for none.
      name: of the run, for the error.
    Returns:
      a function of clips float32 [N, T, H, W, 3] in [-1, 1] -> float32 [N, T, H, W, D].
    Raises:
      UsageError: there is none.
    """
    for network in networks:
        layer = _widest(network, clip)
        if layer is not None:
            return _seeing(network, layer, num_labels)
    raise UsageError(
        f"--workdir={name}: no network of this run finds features at each pixel of a clip. Name "
        "one of --model=flow() or diffusion(), of --discriminator=unet3d(), or of "
        "--generator=unet3d() with a --task; or drop it"
    )


def _widest(network, clip):
    """The last of the widest layers of a network whose output lies on a clip's pixels, or None."""
    inputs = {of.name: of.shape[-1] for of in network.inputs if len(of.shape) == 5}
    shown = [of for of in network.inputs if len(of.shape) == 5 and of.shape[1:4] == clip.shape[:3]]
    if clip.channels != 3 or not any(of.shape[-1] >= 3 for of in shown):
        return None
    found = None
    for layer in network.layers:
        shape = getattr(layer.output, "shape", ())
        if len(shape) == 5 and shape[1:4] == clip.shape[:3]:
            found = layer if found is None or shape[-1] >= found.output.shape[-1] else found
    return found if found.output.shape[-1] > sum(inputs.values()) else None


def _seeing(network, layer, num_labels):
    part = keras.Model(network.inputs, layer.output)
    names = {of.name for of in network.inputs}

    def given(of, video):
        number, wanted = video.shape[0], of.shape[1:]
        if of.name == "label":
            return tf.fill([number], num_labels if "level" in names else 0)
        if of.name == "level":
            return tf.fill([number, *wanted], LEVEL)
        # What is given is the clip where a network is shown nothing else of it.
        if of.name in ("video", "noisy") or of.name == "condition" and "latents" in names:
            more = tf.fill([*video.shape[:-1], wanted[-1] - 3], float(of.name == "condition"))
            return tf.concat([video, more], -1)
        return tf.zeros([number, *wanted])

    @tf.function(autograph=False)
    def seen(video):
        return tf.cast(
            part([given(of, video) for of in network.inputs], training=False), tf.float32
        )

    return lambda clips: np.asarray(seen(tf.constant(clips, tf.float32)))
