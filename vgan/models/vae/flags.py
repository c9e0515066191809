"""The settings of variational autoencoders beside those of the GAN."""

import dataclasses

from vgan.core.settings import setting


@dataclasses.dataclass(frozen=True)
class VaeFlags:
    """What encodes clips."""

    encoder: str = setting(
        "conv3d()", "Network that encodes clips, of vgan/networks.", True, family=True
    )
