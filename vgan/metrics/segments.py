"""How well segments that nobody named fit the true ones."""

import itertools

import numpy as np


def mean_iou(labels, truth):
    """Intersection over union, the mean over what is to be found, each given a segment of its own.

    The best of all ways to give them: 720 ways of 6 segments for 5 things are tried, no more are
    sensible.

    Args:
      labels: whole numbers from 0 of any shape, the segment of each pixel.
      truth: the same of what is to be found; a number that isn't there doesn't count.
    Returns:
      float from 0 to 1; what gets no segment, since there are too few, counts as 0.
    """
    counts = _counts(labels, truth)
    union = counts.sum(1, keepdims=True) + counts.sum(0) - counts
    found = counts / union
    if len(found) < found.shape[1]:
        found = np.pad(found, ((0, found.shape[1] - len(found)), (0, 0)))
    things = range(found.shape[1])
    ways = itertools.permutations(range(len(found)), len(things))
    return float(max(found[list(way), things].mean() for way in ways))


def adjusted_rand(labels, truth):
    """Of pairs of pixels, how many both put together or both apart, beyond what chance does.

    Source: Hubert and Arabie, "Comparing Partitions", 1985, equation 5.

    Args:
      labels, truth: as of `mean_iou`.
    Returns:
      float; 1 where they agree, 0 on average by chance.
    """
    counts = _counts(labels, truth)

    def pairs(of):
        return (of * (of - 1.0) / 2).sum()

    both, mine, theirs = pairs(counts), pairs(counts.sum(1)), pairs(counts.sum(0))
    expected, most = mine * theirs / pairs(counts.sum()), (mine + theirs) / 2
    return float((both - expected) / (most - expected)) if most > expected else 1.0


def _counts(labels, truth):
    """How many pixels each pair of a segment and a true one shares, int [segments, true ones]."""
    (names, rows), (true, columns) = (np.unique(of, return_inverse=True) for of in (labels, truth))
    shape = len(names), len(true)
    places = np.ravel_multi_index((rows.ravel(), columns.ravel()), shape)
    return np.bincount(places, minlength=shape[0] * shape[1]).reshape(shape)
