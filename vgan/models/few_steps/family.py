"""How a flow model of few steps is built of its parts."""

from vgan.core.arguments import check_number, check_whole
from vgan.models.few_steps.few_steps import FewSteps, Leaping
from vgan.models.game.flags import OF_CRITICS
from vgan.models.game.rules import disguise_of, rules_of
from vgan.models.parts import Family


def family(steps=4, keep=0.1, pace=2.0):
    """A flow model against critics: begin with one that is trained, by --init_from.

    Args:
      steps: in which clips are drawn.
      keep: weight of what a flow model minimises.
      pace: how many times as fast as the network critics learn.

    Source: Sauer et al., "Fast High-Resolution Image Synthesis with Latent Adversarial Diffusion
    Distillation", 2024.
    """
    check_whole("--model=few_steps", 1, 64, steps=steps)
    check_number("--model=few_steps", least=0, keep=keep)
    check_number("--model=few_steps", above=0, pace=pace)

    def model(parts):
        networks = parts.network("denoiser"), parts.network("denoiser")
        optimizers = [parts.optimizer(), parts.optimizer()]
        rules = rules_of(parts, "conv3d()")
        rules.pace = pace
        return FewSteps(networks, optimizers, rules, disguise_of(parts.config), steps, keep)

    def sampler(parts):
        return Leaping(parts.network("denoiser"), steps)

    return Family(model, sampler, ("denoiser", "losses", *OF_CRITICS))
