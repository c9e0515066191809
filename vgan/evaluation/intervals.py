"""How uncertain a figure is."""

import numpy as np

GROUPS = 10


def jackknife(figure, real, real_sources, fake, fake_sources):
    """The standard error of a figure of two sets, by leaving out one group of sources at a time.

    No row is drawn twice, unlike in a bootstrap, whose copies would raise a Fréchet distance.

    Args:
      figure: (real rows, fake rows) -> float, or array of figures.
      real, fake: arrays [N, ...], [M, ...].
      real_sources, fake_sources: int [N], [M]; rows of one source are left out together.
    Returns:
      of the figure's shape; None where there are fewer than two sources on a side.

    Source: Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 11, over groups.
    """
    variance = 0.0
    for rows, sources, apply in (
        (real, real_sources, lambda kept: figure(kept, fake)),
        (fake, fake_sources, lambda kept: figure(real, kept)),
    ):
        groups = _groups(sources)
        if groups.max() < 1:
            return None
        left_out = [apply(rows[groups != group]) for group in range(groups.max() + 1)]
        variance += (len(left_out) - 1) * np.var(left_out, axis=0)
    return np.sqrt(variance)


def _groups(sources):
    """A group number for each row: sources are dealt out in the order in which they appear."""
    _, first, source = np.unique(sources, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[source] % GROUPS
