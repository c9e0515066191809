"""How an adversarial model is built of its parts."""

import dataclasses

from vgan.models.average import Averaged
from vgan.models.game.flags import GameFlags
from vgan.models.game.gan import Gan
from vgan.models.game.rules import disguise_of, rules_of
from vgan.models.parts import Family


def family():
    """A generator against critics."""
    flags = [field.name for field in dataclasses.fields(GameFlags)]
    return Family(_model, _sampler, ("generator", "losses", *flags))


def _sampler(parts):
    return Averaged(parts.network("generator"))


def _model(parts):
    generator, average = parts.network("generator"), parts.network("generator")
    optimizers = [parts.optimizer(), parts.optimizer()]
    rules = rules_of(parts, "conv3d()", remakes=True)
    return Gan(generator, average, optimizers, rules, disguise_of(parts.config))
