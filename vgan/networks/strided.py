"""What critics of strided convolutions share: their stages, and how they end in logits."""

import dataclasses
import math

import keras
from keras import layers

from vgan.core.arguments import check_number, check_whole
from vgan.core.errors import UsageError
from vgan.networks.attention import MOST_POSITIONS, attend
from vgan.networks.batch_statistics import BatchNorm, MinibatchStd
from vgan.networks.critic import Critic
from vgan.networks.layers import logits, weighted
from vgan.networks.sizes import check_strides


def coarse(clip, factors, name, every=1, shrink=1):
    """The ClipSpec of what is seen of a clip, every `every`-th frame, averaged down `shrink` times.

    Args:
      clip: ClipSpec of the whole.
      factors: ClipSpec of what is seen -> what its frames, height and width must be multiples of.
      name: of the network, as in --discriminator=name.
      every, shrink: as in coarse_clip.
    Raises:
      UsageError: every or shrink is below 1, or the strides don't divide what is seen.
    """

    def seen(clip):
        size = {"height": clip.height // shrink, "width": clip.width // shrink}
        return dataclasses.replace(clip, frames=clip.frames // every, **size)

    def of_the_whole(clip):
        time, height, width = factors(seen(clip))
        return every * time, shrink * height, shrink * width

    options = {"every": every, "shrink": shrink}
    check_whole(f"--discriminator={name}", 1, **options)
    changed = ", ".join(f"{option}={value}" for option, value in options.items() if value > 1)
    check_strides(clip, of_the_whole, f"--discriminator={name}" + (changed and f"({changed})"))
    return seen(clip)


def critic(
    name,
    view,
    shown,
    convolutions,
    num_labels,
    spectral_norm,
    attention=False,
    batch_norm=False,
    minibatch_std=0,
    patches=False,
    classes=0.0,
):
    """A critic whose network is convolutions, leaky rectifiers between them, and logits.

    Args:
      name: of the network, as in --discriminator=name.
      view: of the Critic.
      shown: keras.Input of what the view shows, without its batch axis [(T,) H, W, C].
      convolutions: functions from features to features.
      attention: attend at the first stage of at most 1,024 positions, else at the last one.
      batch_norm: after each convolution but the first.
      minibatch_std: size of the groups whose spread the last convolution sees; 0 for none.
      patches: give a logit for each position of the last features, not one for the whole.
      classes: weight of the loss of a head that recognises the class, 0 for none.
    Returns:
      Critic with a network [shown [N, ...], label int [N]] -> logits [N, 1] or [N, m];
      with a class head, a pair of that and class logits [N, num_labels].
    Raises:
      UsageError: a group of one, a negative weight, or a class head without classes.

    Source: batch norm, Radford et al., "Unsupervised Representation Learning with Deep
    Convolutional GANs", 2016, section 3; patches, Isola et al., "Image-to-Image Translation with
    Conditional Adversarial Networks", 2017, section 3.2.2; the class head, Odena et al.,
    "Conditional Image Synthesis with Auxiliary Classifier GANs", 2017, section 3.
    """
    _check(f"--discriminator={name}", num_labels, minibatch_std, classes)
    label = keras.Input((), dtype="int32", name="label")
    x, attended = shown, not attention
    for number, convolve in enumerate(convolutions):
        last = number == len(convolutions) - 1
        if minibatch_std and last:
            x = MinibatchStd(minibatch_std)(x)
        x = convolve(x)
        if batch_norm and number:
            x = BatchNorm()(x)
        x = layers.LeakyReLU(0.2)(x)
        if not attended and (last or math.prod(x.shape[1:-1]) <= MOST_POSITIONS):
            x, attended = attend(x, spectral_norm=spectral_norm), True
    x = layers.Reshape((-1, x.shape[-1]))(x) if patches else layers.Flatten()(x)
    outputs = logits(x, label, num_labels, spectral_norm)
    if classes:
        whole = layers.GlobalAveragePooling1D(dtype="float32")(x) if patches else x
        head = {"spectral_norm": spectral_norm, "dtype": "float32", "name": "class_logits"}
        outputs = [outputs, weighted(layers.Dense, num_labels, **head)(whole)]
    network = keras.Model([shown, label], outputs, name=f"{name}_discriminator")
    entangled = {
        "batch norm": batch_norm,
        "minibatch statistics": minibatch_std,
        "a logit a patch": patches,
        "class logits": classes,
    }
    reasons = " and ".join(reason for reason, on in entangled.items() if on)
    return Critic(network, view, reasons, classes)


def _check(flag, num_labels, minibatch_std, classes):
    check_whole(flag, 0, minibatch_std=minibatch_std)
    if minibatch_std == 1:
        raise UsageError(f"{flag}(minibatch_std=1): must be a group of 2 or more clips, or 0")
    check_number(flag, least=0, classes=classes)
    if classes and num_labels < 2:
        raise UsageError(
            f"{flag}(classes={classes!r}): there are no classes to tell. It needs --conditional "
            "and data with 2 labels or more, or classes=0"
        )
