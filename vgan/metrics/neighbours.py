"""How like real clips made ones are, and how varied, by nearest neighbours in feature space."""

import numpy as np

NEIGHBOURS = 5


def coverage_statistics(real, fake, k=NEIGHBOURS):
    """Precision, recall, density and coverage.

    Around each point lies a ball that reaches to its k-th nearest neighbour in its own set. More
    than k equal points have balls of almost no size, so rounding decides what lies in them.

    Args:
      real, fake: float [N, D] and [M, D], more than k rows each.
      k: neighbours.
    Returns:
      dict: `precision`, the share of fake points in a ball of a real one; `recall`, the share of
      real points in a ball of a fake one (Kynkäänniemi et al. 2019, "Improved precision and
      recall metric"); `density`, how many balls of real points a fake point lies in, over k;
      `coverage`, the share of real points whose ball holds a fake one (Naeem et al. 2020,
      "Reliable fidelity and diversity metrics").
    """
    across = distances(real, fake)
    real_reach = _reach(real, k)[:, None]
    inside = across <= real_reach
    return {
        "precision": float(inside.any(axis=0).mean()),
        "recall": float((across <= _reach(fake, k)).any(axis=1).mean()),
        "density": float(inside.sum(axis=0).mean() / k),
        "coverage": float(inside.any(axis=1).mean()),
    }


def distances(a, b):
    """Euclidean distances [N, M] between the rows of a [N, D] and b [M, D]."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    squares = np.square(a).sum(1)[:, None] + np.square(b).sum(1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))


def _reach(points, k):
    own = distances(points, points)
    np.fill_diagonal(own, 0)
    return np.partition(own, k, axis=1)[:, k]
