"""How adversarial training fails, and what can be done about it with critics."""

import math

from vgan.models.synthesizer import Detector

CRITICS_LOSS = ("health", "critics_loss")

DETECTORS = (
    Detector(
        ("logits/sign",), -1.0, 0.6,
        "critic {of} says yes to training clips too surely ({value:.2f} of 1): it is far ahead of "
        "the generator, or knows them by heart if its logits/held_out lie well below logits/real. "
        "Try more data, --augment=flip, a higher --r1_gamma or a smaller critic",
    ),
    Detector(
        CRITICS_LOSS, 0.1, math.inf,
        "the critics' loss is {value:.3f}: they have won, and the generator learns little. Try "
        "--r1_gamma=1, a smaller critic or a lower --learning_rate",
    ),
    Detector(
        ("gradient",), 0.01, 100.0,
        "the gradient of the {of} is {value:.3g} times what it was: it is vanishing or exploding. "
        "Try a lower --learning_rate or a higher --r1_gamma",
    ),
    Detector(
        ("health", "diversity"), 0.5, math.inf,
        "made clips differ {value:.2f} times as much from each other as real ones: the generator "
        "has collapsed to a few clips. Try a lower --learning_rate or a higher --r1_gamma, from an "
        "earlier checkpoint by --init_from",
    ),
    Detector(
        ("health", "motion"), 0.5, 2.0,
        "made clips move {value:.2f} times as much as real ones: they freeze if that is low, and "
        "flicker or jump if it is high. Try another weight of the motion loss, or a critic of "
        "more frames",
    ),
    Detector(
        ("health", "near_static"), -1.0, 0.25,
        "of the made clips {value:.0%} more than of real ones stand nearly still. Try a lower "
        "weight of the motion loss, or a critic of more frames",
    ),
    Detector(
        ("health", "loop"), -1.0, 0.25,
        "made clips come back to where they were {value:.2f} more than real ones (of 1): they "
        "repeat themselves. Try a critic of whole clips, or more steps",
    ),
)  # fmt: skip


def critics_loss(names, means):
    """The sum of what the verdicts of some critics cost them, of means by path."""
    costs = (means.get(("terms", "discriminator", name), 0.0) for name in names)
    return sum(costs)
