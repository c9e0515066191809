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
)  # fmt: skip

ADVICE = {
    ("gradient",): "or a higher --r1_gamma",
    ("health", "diversity"): "or with a higher --r1_gamma",
    ("health", "motion"): "or a critic of more frames",
    ("health", "near_static"): "or a critic of more frames",
    ("health", "loop"): "or a critic of whole clips",
}
"""What helps a generator and its critics beside what helps any model: {path: text}."""


def critics_loss(names, means):
    """The sum of what the verdicts of some critics cost them, of means by path; None of none."""
    paths = [("terms", "discriminator", name) for name in names]
    return sum(means[path] for path in paths if path in means) if set(paths) & set(means) else None
