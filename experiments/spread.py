"""How far a statistic of made clips is from that of real ones."""

import numpy as np

SPLITS = 50
"""Random ways to halve the source videos."""


def z(made, real, sources):
    """How far made values lie from real ones, over how far halves of the real ones do.

    Args:
      made, real: one value a clip.
      sources: the video that each real clip is of; halves share none.
    """
    random, videos, halves = np.random.default_rng(0), np.unique(sources), []
    if len(videos) < 2:
        raise ValueError("the real clips are of one video, which has no halves")
    for _ in range(SPLITS):
        first = np.isin(sources, random.permutation(videos)[: len(videos) // 2])
        halves.append(wasserstein(real[first], real[~first]))
    return wasserstein(made, real) / np.mean(halves)


def wasserstein(one, other):
    """The one-dimensional Wasserstein-1 distance of two samples: the area between their CDFs."""
    places = np.sort(np.concatenate([one, other]))
    cdfs = [np.searchsorted(np.sort(x), places[:-1], side="right") / len(x) for x in (one, other)]
    return float((np.abs(cdfs[0] - cdfs[1]) * np.diff(places)).sum())
