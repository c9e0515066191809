"""The settings of families that have critics."""

import dataclasses
import functools
import re

from vgan.core.errors import UsageError
from vgan.core.settings import check_choice, setting

UPDATES = ("simultaneous", "one_stage", "alternating")

_setting = functools.partial(setting, fixed=True, family=True)


@dataclasses.dataclass(frozen=True)
class GameFlags:
    """What a generator and its critics play for, and how they take turns."""

    discriminator: str = _setting(
        "", "Critics, weight*name(...) + name(...); by default a GAN has conv3d(), others none."
    )
    adversarial: str = _setting("bce", "Adversarial pair of vgan/models/game/adversarial.py.")
    r1_gamma: float = _setting(0.0, "Weight of the R1 penalty on the critics; 0 is off.")
    r2_gamma: float = _setting(0.0, "Weight of R1's like on made clips; 0 is off.")
    r1_interval: int = _setting(
        16, "Steps between R1 and R2 penalties, which then weigh as many times more.", least=1
    )
    gradient_penalty: float = _setting(
        0.0, "Weight of the penalty on the critics' slope, for wasserstein; 0 is off."
    )
    weight_clip: float = _setting(0.0, "Bound of the critics' weights, for wasserstein; 0 is off.")
    turns: str = _setting("1:1", "Turns of the generator to those of the critics: 1:5, or 2:1.")
    updates: str = _setting("simultaneous", f"One of {', '.join(UPDATES)}.")
    diff_augment: str = _setting(
        "",
        "Changes of the clips that critics see, of vgan/models/game/diff_augment.py: shift + "
        "cutout.",
    )
    augment_target: float = _setting(
        0.0,
        "Mean sign of the critics' logits of real clips that the strength of --diff_augment is "
        "adapted to, e.g. 0.6; 0 for full strength.",
        below=1.0,
    )
    instance_noise: float = _setting(
        0.0, "Deviation of noise on what critics see, falling to 0 at the last step."
    )
    stages: str = _setting(
        "", "Sizes to grow through before the full one: 4x8x8:300, 8x16x16:500 (steps each)."
    )

    def check_gan(self):
        """Raises UsageError for values that don't go together."""
        if not re.fullmatch(r"1:[1-9]\d*|[1-9]\d*:1", self.turns):
            raise UsageError(
                f"--turns={self.turns}: must be 1:N or N:1, the generator's turns to the critics'"
            )
        check_choice("updates", self.updates, UPDATES)
        if self.augment_target and not self.diff_augment:
            raise UsageError(
                "--augment_target: it adapts --diff_augment, which is empty. Give both or neither"
            )

    @property
    def turns_by_player(self):
        """How many turns each player has to one of the other, by its name."""
        generator, discriminator = map(int, self.turns.split(":"))
        return {"generator": generator, "discriminator": discriminator}


OF_CRITICS = tuple(field.name for field in dataclasses.fields(GameFlags) if field.name != "stages")
"""The flags of families that may have critics and don't grow."""


def check_critics(config):
    """Raises UsageError for flags of critics where --discriminator names none."""
    if config.discriminator:
        return
    for field in dataclasses.fields(GameFlags):
        value = getattr(config, field.name)
        if value != field.default:
            raise UsageError(
                f"--{field.name}={value}: --model={config.model} has no critics. Name some by "
                "--discriminator, or drop it"
            )
