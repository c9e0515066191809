"""Ridge regression beside its closed form, and what it explains."""

import numpy as np
import pytest

from vgan.metrics import regression


def test_without_noise_weights_are_found():
    random = np.random.default_rng(0)
    inputs, weights = random.normal(size=(200, 5)), random.normal(size=(5, 2))
    found = regression.ridge(inputs, inputs @ weights)
    np.testing.assert_allclose(found, weights, atol=1e-4)


def test_the_penalty_is_the_one_with_the_least_cross_validation():
    random = np.random.default_rng(1)
    inputs = random.normal(size=(40, 30))
    values = inputs[:, :1] + random.normal(size=(40, 1))
    found, scores = {}, {}
    for penalty in regression._PENALTIES:
        inverse = np.linalg.inv(inputs.T @ inputs + penalty * np.eye(30)) @ inputs.T
        found[penalty] = inverse @ values
        hat = inputs @ inverse
        missed = np.mean((values - hat @ values) ** 2)
        scores[penalty] = missed / np.mean(1 - np.diag(hat)) ** 2
    best = min(scores, key=scores.get)
    assert regression._PENALTIES[0] < best < regression._PENALTIES[-1]
    np.testing.assert_allclose(regression.ridge(inputs, values), found[best], atol=1e-8)


def test_more_inputs_than_rows():
    random = np.random.default_rng(2)
    inputs, values = random.normal(size=(20, 60)), random.normal(size=(20, 1))
    found = regression.ridge(inputs, values)
    closed = [
        inputs.T @ np.linalg.solve(inputs @ inputs.T + penalty * np.eye(20), values)
        for penalty in regression._PENALTIES
    ]
    assert min(np.abs(found - of).max() for of in closed) < 1e-8


def test_what_is_explained_by_hand():
    values = np.array([[1.0, 2.0, 0.0], [-1.0, 2.0, 0.0]])
    predicted = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    np.testing.assert_allclose(regression.explained(values, predicted), [0.5, 0.75, np.nan])
    assert regression.explained(values[:, 0], 2 * values[:, 0]) == pytest.approx(0)
