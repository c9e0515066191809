"""Linear regression with a penalty, and how much it explains of what it wasn't fitted to."""

import numpy as np

_PENALTIES = np.geomspace(1e-3, 1e5, 25)


def ridge(inputs, values):
    """Weights w that minimise |values - inputs w|^2 + penalty |w|^2.

    The penalty of each value is the one with the least generalised cross-validation.

    Args:
      inputs: float [N, D], and values: float [N, S], both of mean 0.
    Returns:
      float64 [D, S].

    Source: Golub, Heath and Wahba, "Generalized Cross-Validation as a Method for Choosing a Good
    Ridge Parameter", 1979, equation 1.4.
    """
    inputs = np.float64(inputs)
    left, scales = _left(inputs)
    along = left.T @ values
    beyond = np.sum(np.square(values), 0) - np.sum(np.square(along), 0)
    kept = scales**2 / (scales**2 + _PENALTIES[:, None])
    missed = np.square(1 - kept) @ np.square(along) + beyond
    free = 1 - kept.sum(1) / len(inputs)
    best = np.argmin(missed / np.maximum(free, 1e-9)[:, None] ** 2, 0)
    return inputs.T @ (left @ (along / (scales[:, None] ** 2 + _PENALTIES[best])))


def _left(inputs):
    """Left singular vectors and singular values; of many inputs by the products of few rows."""
    if inputs.shape[1] < len(inputs):
        return np.linalg.svd(inputs, full_matrices=False)[:2]
    squares, left = np.linalg.eigh(inputs @ inputs.T)
    return left, np.sqrt(np.maximum(squares, 0))


def explained(values, predicted):
    """R^2, the share of the values' squares that a prediction explains; NaN of what is all 0.

    Args:
      values, predicted: float [N] or [N, S], about the same mean, as a rule that of what was
        fitted.
    Returns:
      float64, or [S]; 1 where the prediction is right, 0 where it is no better than the mean.
    """
    whole, missed = (np.sum(np.square(of), 0) for of in (values, values - predicted))
    return np.where(whole > 0, 1 - missed / np.where(whole > 0, whole, 1), np.nan)
