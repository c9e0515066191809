"""Motion: how much, how evenly, and which way."""

import numpy as np

from data_prep.features.kind import Kind
from vgan.core import spec
from vgan.core.arguments import check_number


def features(estimator="dis()", moving=0.5):
    """Statistics of optical flow from each frame that is looked at to the next one.

    `mean` and `spread` (standard deviation) are of the length of the flow over all pixels, in
    pixels a frame; `moving` is the share of pixels that move; `right` and `down` are what moving
    pixels go that way, in shares of the ways they go: (1, 0) where all go right, (0, 0) where
    they go against each other, or none moves; `difference` is the mean absolute difference of
    the frames in grey levels.

    Args:
      estimator: of the flow, as for `--losses=motion`. `farneback()` takes half the time, but
        sees motion in stripes that stand still.
      moving: pixels a frame from which a pixel moves, 0.01 to 100.
    Raises:
      UsageError: an argument out of its range; later, frames too small for the estimator.
    """
    check_number("motion", least=0.01, most=100, moving=moving)
    estimate = spec.build(spec.parse(estimator), "vgan.motion.estimators.{}")

    def describe(frames, following):
        flow = estimate(frames, following)
        length = np.hypot(flow[..., 0], flow[..., 1])
        moves = length >= moving
        way = flow[moves].sum(axis=0) / max(length[moves].sum(), moving)
        difference = np.abs(frames.astype(np.float32) - following).mean()
        return [length.mean(), length.std(), moves.mean(), *way, difference]

    return Kind(["mean", "spread", "moving", "right", "down", "difference"], describe)
