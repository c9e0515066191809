"""How an unpaired translation is built of its parts."""

import dataclasses

from vgan.core.arguments import check_number, check_whole
from vgan.core.errors import UsageError
from vgan.models.average import Averaged
from vgan.models.cycle.cycle import BACK, Back, Costs, Cycle
from vgan.models.cycle.predictor import predictor
from vgan.models.game.flags import OF_CRITICS
from vgan.models.game.rules import disguise_of, rules_of
from vgan.models.parts import Family

_HONOURED = tuple(flag for flag in OF_CRITICS if flag != "updates")


def family(cycle=None, identity=5.0, pool=50, recycle=0.0, one_sided=False):
    """Two generators that translate there and back; of --task=translation, --data=unpaired(...).

    Losses such as commuting and source_motion are asked of both. Clips of the target that are given
    are to stay as they are.

    Args:
      cycle: weight of the difference of a clip that went there and back, None for 10.
      identity: weight of what is changed in clips of the target.
      pool: how many earlier clips critics may see in the place of new ones.
      recycle: weight of the difference of a clip that went there, was predicted frame by frame, and
        came back; and of the predictors.
      one_sided: there is no way back, so that losses must hold the content.

    Source: Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
    Networks", 2017; Bansal et al., "Recycle-GAN", 2018.
    """
    check_number("--model=cycle", least=0, identity=identity, recycle=recycle)
    check_whole("--model=cycle", 0, pool=pool)
    if cycle is not None:
        check_number("--model=cycle", least=0, cycle=cycle)
    if one_sided and (cycle is not None or recycle):
        raise UsageError(
            "--model=cycle(one_sided=True): has no way back. Drop cycle and recycle, or one_sided"
        )
    costs = Costs(10.0 if cycle is None else cycle, identity, recycle)

    def model(parts):
        _check(parts)
        number = 1 if one_sided else 2
        ways = [(parts.network("generator"), parts.network("generator")) for _ in range(number)]
        rules = [_rules(parts, BACK * back) for back in range(number)]
        shape = ways[0][0].outputs[0].shape[1:]
        if recycle and shape[0] < 3:
            raise UsageError(
                f"--model=cycle(recycle={recycle}): predicts each frame by two, and clips have "
                f"{shape[0]}. Give more --frames, or drop it"
            )
        predictors = [predictor(shape) for _ in ways] if recycle else []
        optimizers = [parts.optimizer(), parts.optimizer()]
        disguise = disguise_of(parts.config)
        return Cycle(ways, optimizers, rules, disguise, predictors, costs, pool)

    def sampler(parts):
        _check(parts)
        return Averaged(parts.network("generator"))

    def back(parts):
        _check(parts)
        return Back(parts.network("generator"))

    honoured = "generator", "losses", *_HONOURED
    way_back = None if one_sided else back
    return Family(model, sampler, honoured, back=way_back, unpaired=True)


def _rules(parts, prefix):
    """The Rules of one direction, whose critics aren't told what is translated."""
    rules = rules_of(parts, "conv3d()", remakes=True, blind=True)

    def named(parts):
        return [part._replace(name=prefix + part.name) for part in parts]

    return dataclasses.replace(rules, critics=named(rules.critics), losses=named(rules.losses))


def _check(parts):
    """Raises UsageError for what isn't a translation without classes."""
    parts.task.check_of_source("--model=cycle")
    if parts.num_labels:
        raise UsageError(
            "--conditional: --model=cycle knows no classes. Drop it; --model=star has them"
        )
