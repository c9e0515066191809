"""The settings of models that make clips out of noise step by step."""

import dataclasses

from vgan.core.settings import setting


@dataclasses.dataclass(frozen=True)
class DenoisingFlags:
    """What takes noise away, and how clips are drawn with it."""

    denoiser: str = setting(
        "denoiser3d()", "Network that takes noise away, of vgan/networks.", True, family=True
    )
    sampler: str = setting(
        "heun()",
        "How clips are drawn, of vgan/models/noise/samplers.py: ddim(steps=50).",
        family=True,
    )
