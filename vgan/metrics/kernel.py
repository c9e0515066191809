"""Kernel distance between two sets of features: unbiased, so that small sets only make it noisy."""

import numpy as np


def distance(a, b):
    """The unbiased squared maximum mean discrepancy with the kernel (x.y / D + 1)^3.

    Source: Bińkowski et al. 2018, "Demystifying MMD GANs", equation 4.

    Args:
      a, b: float [N, D] and [M, D], at least 2 rows each.
    Returns:
      float; for samples of one distribution 0 on average, and so often negative.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)

    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    def mean_of_others(x):
        values = kernel(x, x)
        return (values.sum() - np.trace(values)) / (len(x) * (len(x) - 1))

    return float(mean_of_others(a) + mean_of_others(b) - 2 * kernel(a, b).mean())
