"""Adversarial pairs: what each player minimises, by the logits of the critic.

A pair is built by its name and has two functions, both unreduced: `generator(fake, real)` and
`discriminator(real, fake)`, logits [B, n] -> [B, n]. Each says what keeps its critic in bounds;
`tests/models/gan/test_adversarial.py` lets each bring a Gaussian to its place so.
"""

import typing

from keras import ops

from vgan.core.arguments import check_number


class Adversarial(typing.NamedTuple):
    """The two losses of a pair, and what else is to be known of it.

    Attributes:
      saturates: the critics' loss is flat for some made clips.
      middle: the logit half-way between real and made; None where logits only order clips.
    """

    generator: typing.Callable
    discriminator: typing.Callable
    saturates: bool = False
    middle: float | None = 0.0


def bce(minimax=False, label=1.0):
    """Binary cross-entropy on logits.

    L_D = label softplus(-real) + (1 - label) softplus(real) + softplus(fake);
    L_G = softplus(-fake), or -softplus(fake) as minimax, whose gradient vanishes where the critic
    is sure. With R1.

    Args:
      minimax: the generator maximises what the critic minimises.
      label: what real clips should get, above 0 and at most 1; less than 1 is one-sided smoothing.

    Source: Goodfellow et al., "Generative Adversarial Nets", 2014, section 3; smoothing: Salimans
    et al., "Improved Techniques for Training GANs", 2016, section 3.4.
    """
    check_number("bce", above=0, most=1, label=label)

    def discriminator(real, fake):
        smooth = label * ops.softplus(-real) + (1 - label) * ops.softplus(real)
        return smooth + ops.softplus(fake)

    return Adversarial(
        generator=lambda fake, real: -ops.softplus(fake) if minimax else ops.softplus(-fake),
        discriminator=discriminator,
    )


def least_squares(label=1.0):
    """Squares of the distance to what each logit should be: `label` for real, 0 for fake.

    L_D = ((real - label)^2 + fake^2) / 2, L_G = (fake - label)^2 / 2. With R1.

    Args:
      label: what real clips should get, above 0 and at most 1.

    Source: Mao et al., "Least Squares Generative Adversarial Networks", 2017, equation 9.
    """
    check_number("least_squares", above=0, most=1, label=label)
    return Adversarial(
        generator=lambda fake, real: 0.5 * ops.square(fake - label),
        discriminator=lambda real, fake: 0.5 * (ops.square(real - label) + ops.square(fake)),
        middle=label / 2,
    )


def hinge():
    """L_D = relu(1 - real) + relu(1 + fake), L_G = -fake. With spectral norm or R1.

    Source: Lim and Ye, "Geometric GAN", 2017; Miyato et al., "Spectral Normalization for GANs",
    2018, equations 16 and 17.
    """
    return Adversarial(
        generator=lambda fake, real: -fake,
        discriminator=lambda real, fake: ops.relu(1 - real) + ops.relu(1 + fake),
        saturates=True,
    )


def wasserstein():
    """L_D = fake - real, L_G = -fake. With a gradient penalty, or weights that are clipped.

    The papers take --gradient_penalty=10, or --weight_clip=0.01.

    Source: Arjovsky et al., "Wasserstein GAN", 2017, equations 2 and 3.
    """
    return Adversarial(
        generator=lambda fake, real: -fake,
        discriminator=lambda real, fake: fake - real,
        middle=None,
    )


def relativistic():
    """Each clip against one of the other kind: L_D = softplus(fake - real), L_G its mirror image.

    With R1 and R2.

    Source: Huang et al., "The GAN is dead; long live the GAN! A Modern GAN Baseline", 2024, eq. 2.
    """
    return Adversarial(
        generator=lambda fake, real: ops.softplus(real - fake),
        discriminator=lambda real, fake: ops.softplus(fake - real),
        middle=None,
    )
