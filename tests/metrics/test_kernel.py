import itertools

import numpy as np
import pytest

from vgan.metrics import kernel


def test_by_hand():
    # Kernels (x.y / 2 + 1)^3: within a 1; within b 1, -1, 1; across 27, 1, -1, 27, 1, 1.
    a = [[2, 0], [0, 2]]
    b = [[2, 2], [0, 0], [-2, 0]]
    assert kernel.distance(a, b) == pytest.approx(1 + 1 / 3 - 2 * 56 / 6)
    assert kernel.distance(b, a) == pytest.approx(kernel.distance(a, b))


def signs(count):
    """Every draw of `count` fair signs, each as likely as any."""
    return np.array(list(itertools.product([-1, 1], repeat=count)))[..., None]


def test_unbiased_for_samples_of_one_distribution():
    found = [kernel.distance(a, b) for a in signs(4) for b in signs(3)]
    assert np.mean(found) == pytest.approx(0, abs=1e-12)
    assert np.min(found) < -0.1 and np.max(found) > 0.1


def test_unbiased_for_two_distributions():
    # Of signs the kernel is 8 or 0, and 1 of anything with zero.
    found = [kernel.distance(a, np.zeros((2, 1))) for a in signs(4)]
    assert np.mean(found) == pytest.approx(4 + 1 - 2)


def test_single_precision_is_computed_in_double():
    a, b = np.random.default_rng(0).normal(30, 1, (2, 50, 20))
    a, b = np.float32(a), np.float32(b)
    assert kernel.distance(a, b) == kernel.distance(a.astype(float), b.astype(float))
