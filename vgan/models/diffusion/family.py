"""How a diffusion model is built of its parts."""

from vgan.core.errors import UsageError
from vgan.models.noise import paths
from vgan.models.noise.built import evenly, family_of

SCHEDULES = {"cosine": paths.cosine, "linear": paths.linear}
TARGETS = {"v": paths.V, "noise": paths.NOISE}


def family(schedule="cosine", target="v", dropped=None):
    """Noise is added step by step, x_t = sqrt(a_t) x_t-1 + sqrt(1 - a_t) e, and taken away again.

    Args:
      schedule: how fast, "cosine" or "linear".
      target: what the network says, "v" or "noise".
      dropped: share of the clips whose class isn't said, for guidance; None for a tenth.

    Source: Ho et al., "Denoising Diffusion Probabilistic Models", 2020.
    """
    for name, value, known in (("schedule", schedule, SCHEDULES), ("target", target, TARGETS)):
        if value not in known:
            raise UsageError(
                f"--model=diffusion({name}={value!r}): unknown. Choose {' or '.join(known)}"
            )
    path = SCHEDULES[schedule]()
    return family_of("diffusion", path, TARGETS[target], evenly, dropped)
