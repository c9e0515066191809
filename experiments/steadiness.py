"""How steady a video is that was made of another, for the scripts here."""

import numpy as np


def warp_error(videos, along=None):
    """The mean error of motion compensation along the flow of other clips, in grey levels."""
    from vgan.motion import estimators, occlusion, remap

    def pairs(of):
        return of[:, :-1].reshape(-1, *of.shape[2:]), of[:, 1:].reshape(-1, *of.shape[2:])

    estimate, flat = estimators.farneback(), pairs(videos if along is None else along)
    flow = estimate(*flat)
    visible = occlusion.visible(flow, estimate(*flat[::-1]))
    first, second = pairs(videos)
    return (np.abs(first - remap.backward(second, flow)).mean(-1))[visible].mean()
