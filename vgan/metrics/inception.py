"""Scores from a classifier's probabilities."""

import numpy as np


def inception_score(probabilities):
    """exp(mean KL(p(y|x) || p(y))): high if each clip is clearly of one class, and all occur.

    Source: Salimans et al. 2016, "Improved techniques for training GANs".

    Args:
      probabilities: float [N, K], rows that sum to 1.
    Returns:
      float from 1 to K.
    """
    probabilities = np.asarray(probabilities, np.float64)
    share = probabilities.mean(axis=0, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(probabilities > 0, probabilities * np.log(probabilities / share), 0)
    return float(np.exp(terms.sum(axis=1).mean()))
