"""Flicker and noise averaged away along the motion."""

import numpy as np

from vgan.core import spec
from vgan.core.arguments import check_number
from vgan.motion import occlusion, remap

_DISTRUST = 50
"""Of squared differences of colours in [0, 1], the value of Lai et al."""


def treatment(strength=0.5, estimator="dis()"):
    """Mixes each pixel with the one that it comes from in the smoothed frame before.

    It is left as it is where the flow can't be followed, and the less is mixed in, by
    `exp(-50 |difference|^2)`, the more the two differ, so that nothing is drawn behind.

    Args:
      strength: share of the frame before where it is trusted, 0 to 0.95.
      estimator: of the flow, as for `--losses=motion`.
    Raises:
      UsageError: an argument out of its range; later, frames too small for the estimator.

    Source: the recursion, Dubois and Sabri, "Noise Reduction in Image Sequences Using Motion-
    Compensated Temporal Filtering", 1984; the trust, Lai et al., "Learning Blind Video Temporal
    Consistency", 2018, section 3.2, and `vgan.motion.occlusion`.
    """
    check_number("smooth", least=0, most=0.95, strength=strength)
    estimate = spec.build(spec.parse(estimator), "vgan.motion.estimators.{}")
    return lambda frames, fps: (_smoothed(frames, strength, estimate), fps)


def _smoothed(frames, strength, estimate):
    before = smoothed = None
    for frame in frames:
        if before is None:
            smoothed = frame.astype(np.float32)
        else:
            back, forth = estimate(frame[None], before[None]), estimate(before[None], frame[None])
            change = remap.backward(smoothed[None], back)[0] - frame
            trust = np.exp(-_DISTRUST * np.square(change / 255).sum(axis=-1))
            trust *= strength * occlusion.visible(back, forth)[0]
            smoothed = frame + trust[..., None] * change
        before = frame
        yield np.rint(smoothed).astype(np.uint8)
