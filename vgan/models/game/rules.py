"""What the players of an adversarial game minimise, and how the flags say it."""

import dataclasses
import typing

import tensorflow as tf

from vgan.core import spec
from vgan.core.errors import UsageError, naming
from vgan.models.game import diff_augment, penalties
from vgan.models.game.adversarial import Adversarial
from vgan.models.parts import Weighted


@dataclasses.dataclass
class Rules:
    """What the players minimise, and in which order they move; nothing here has state.

    Attributes:
      adversarial: the pair of losses.
      critics: list of Weighted networks.critic.Critic.
      losses: list of Weighted parts.Loss of the generator.
      penalties: list of Weighted penalties, on each critic.
      ema_decay: of the average, reached by a ramp.
      weight_clip: bound of the critics' weights after each step, 0 for none.
      turns: {player: how many turns it has to one of the other}.
      updates: "simultaneous": both players move on the same weights and the same made clips, the
        generator runs once; "one_stage": the same gradients from one backward pass through the
        critics; "alternating": the critics move first, the generator on their new weights.
      instance_noise: step -> deviation of the noise on what critics see, or None.
      learning_rate: step -> rate of both optimizers, or None for the one they have.
      pace: how many times that rate is the critics'.
    """

    adversarial: Adversarial
    critics: list
    losses: list
    penalties: list
    ema_decay: float
    weight_clip: float = 0.0
    turns: dict = dataclasses.field(default_factory=lambda: {"generator": 1, "discriminator": 1})
    updates: str = "simultaneous"
    instance_noise: typing.Callable | None = None
    learning_rate: typing.Callable | None = None
    pace: float = 1.0


def rules_of(parts, discriminator="", remakes=False, blind=False, own=()):
    """The Rules that the flags give.

    Args:
      parts: runs.building.Parts.
      discriminator: the critics where --discriminator names none.
      remakes: whether losses can have clips made of something else.
      blind: whether critics aren't told what is given.
      own: core.spec.Spec of each loss of the family's own.
    Raises:
      UsageError: what doesn't go together.
    """
    config = parts.config
    judging = parts.blind() if blind else parts
    critics = judging.networks("discriminator", discriminator)
    regularisers = [
        Weighted("r1", penalties.r1, config.r1_gamma, config.r1_interval),
        Weighted("r2", penalties.r2, config.r2_gamma, config.r1_interval),
        Weighted("gradient_penalty", penalties.one_lipschitz, config.gradient_penalty),
    ]
    adversarial = spec.of_flag("adversarial", config.adversarial, "vgan.models.game.adversarial.{}")
    _check_signs(config, adversarial)
    losses = parts.losses([critic.part for critic in critics], own)
    if blind:
        _check_blind(config, critics, losses)
    for loss in losses:
        if loss.part.remakes and not remakes:
            raise UsageError(
                f"--losses={loss.name}: has clips made of something else, and --model="
                f"{config.model} makes none. Drop it, or take --model=gan or cycle"
            )
    return Rules(
        adversarial=adversarial,
        critics=critics,
        losses=losses,
        penalties=[penalty for penalty in regularisers if penalty.weight],
        ema_decay=config.ema_decay,
        weight_clip=config.weight_clip,
        turns=config.turns_by_player,
        updates=config.updates,
        instance_noise=_instance_noise(config) if config.instance_noise else None,
        learning_rate=parts.learning_rate(),
    )


def _check_blind(config, critics, losses):
    """Raises UsageError for what needs to know the clip that is wanted, or how it moves."""
    for critic in critics:
        if critic.part.needs_flow:
            raise UsageError(
                f"--discriminator={critic.name}: looks at flow, and --model={config.model} says "
                "none of its clips. Name another critic"
            )
    for loss in losses:
        if loss.part.aligned:
            raise UsageError(
                f"--losses={loss.name}: compares with the clip that it should be, and --model="
                f"{config.model} knows none. Drop it"
            )


def _check_signs(config, adversarial):
    if config.augment_target and adversarial.middle is None:
        raise UsageError(
            f"--augment_target: --adversarial={config.adversarial} has no logit that divides real "
            "from made. Use bce, hinge or least_squares, or full strength"
        )
    if config.updates == "one_stage" and config.precision == "float16":
        raise UsageError(
            "--updates=one_stage: float16 can't hold the critics' gradients of clips they are sure "
            "of. Use --updates=simultaneous, or bfloat16"
        )


def disguise_of(config):
    """What --diff_augment does to what critics see, or None."""
    changes = spec.parse_unweighted(config.diff_augment, "--diff_augment")
    if not changes:
        return None
    with naming("diff_augment", config.diff_augment):
        changes = [spec.build(change, "vgan.models.game.diff_augment.{}") for change in changes]
    return diff_augment.DiffAugment(changes, config.augment_target)


def _instance_noise(config):
    """step -> the deviation there, on a straight line down to 0 at the last step.

    Source: Sønderby et al., "Amortised MAP Inference for Image Super-resolution", 2017, sec. 2.4.
    """

    def deviation(step):
        return config.instance_noise * tf.nn.relu(1 - tf.cast(step, tf.float32) / config.steps)

    return deviation
