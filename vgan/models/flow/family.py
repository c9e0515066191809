"""How a flow model is built of its parts."""

from vgan.models.noise import paths
from vgan.models.noise.built import family_of, mostly_middle


def family(dropped=None):
    """Clips and noise are joined by straight lines, along which a network learns to go.

    Args:
      dropped: share of the clips whose class isn't said, for guidance; None for a tenth.

    Source: Liu et al., "Flow Straight and Fast", 2023; Lipman et al., "Flow Matching for Generative
    Modeling", 2023.
    """
    return family_of("flow", paths.straight(), paths.VELOCITY, mostly_middle, dropped)
