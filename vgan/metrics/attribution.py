"""How much a map of what a verdict rests on says: where it lies, and whether weights matter to it.

A map is float [..., T, H, W], what each pixel adds to the verdict.
"""

import numpy as np


def share(maps, where):
    """Which share of the absolute values of maps [N, T, H, W] lies where bool [N, T, H, W] is True.

    Returns:
      float64 [N]; NaN of maps that are all 0.
    """
    size = np.abs(np.float64(maps))
    whole = size.sum((1, 2, 3))
    return np.where(
        whole > 0, (size * where).sum((1, 2, 3)) / np.where(whole > 0, whole, 1), np.nan
    )


def rank_correlation(one, other):
    """Spearman's correlation of two maps of one shape: 1 if they order pixels alike, 0 if not.

    Source: Adebayo et al., "Sanity Checks for Saliency Maps", 2018, section 3, where a map of
    trained weights and one of random weights should have none.
    """
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values):
    """Places in the order of values, flat; equal ones share the mean of theirs."""
    _, which, counts = np.unique(np.ravel(values), return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which]
