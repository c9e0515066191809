"""How a translation between classes is built of its parts."""

from vgan.core.arguments import check_number
from vgan.core.errors import UsageError
from vgan.models.average import Averaged
from vgan.models.game.flags import OF_CRITICS
from vgan.models.game.rules import disguise_of, rules_of
from vgan.models.parts import Family
from vgan.models.star.star import Star


def family(reconstruction=10.0):
    """One generator that makes clips ones of any class; of --task=relabelling --conditional.

    Critics had better know classes: --discriminator='conv3d(classes=1)'.

    Args:
      reconstruction: weight of the difference of a clip that was made one of another class and then
        one of its own again.

    Source: Choi et al., "StarGAN: Unified Generative Adversarial Networks for Multi-Domain
    Image-to-Image Translation", 2018.
    """
    check_number("--model=star", least=0, reconstruction=reconstruction)

    def model(parts):
        _check(parts)
        if parts.config.batch_size < 2:
            raise UsageError(
                "--batch_size=1: each clip becomes one of the class of the next one of the batch. "
                "Give 2 or more"
            )
        generator, average = parts.network("generator"), parts.network("generator")
        rules = rules_of(parts, "conv3d()", remakes=True, blind=True)
        optimizers = [parts.optimizer(), parts.optimizer()]
        game = generator, average, optimizers, rules, disguise_of(parts.config)
        return Star(*game, reconstruction=reconstruction)

    def sampler(parts):
        _check(parts)
        return Averaged(parts.network("generator"))

    return Family(model, sampler, ("generator", "losses", *OF_CRITICS), relabels=True)


def _check(parts):
    """Raises UsageError for what isn't a translation between classes."""
    parts.task.check_relabels("--model=star")
    if not parts.num_labels:
        raise UsageError("--model=star: makes clips ones of other classes. Add --conditional")
