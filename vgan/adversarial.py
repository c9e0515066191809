"""Adversarial pairs: what each player minimises, by the logits of the critic.

A pair is built by its name and has two functions, both unreduced:
`generator(fake)` and `discriminator(real, fake)`, logits [B, n] -> [B, n].
"""

import typing

from keras import ops


class Adversarial(typing.NamedTuple):
    """The two losses of a pair."""

    generator: typing.Callable
    discriminator: typing.Callable


def bce():
    """Binary cross-entropy on logits, non-saturating for the generator.

    L_D = softplus(-real) + softplus(fake), L_G = softplus(-fake).

    Source: Goodfellow et al., "Generative Adversarial Nets", 2014, section 3.
    """
    return Adversarial(
        generator=lambda fake: ops.softplus(-fake),
        discriminator=lambda real, fake: ops.softplus(-real) + ops.softplus(fake),
    )
