"""The videos of a model that are scored."""

import types

import numpy as np

from vgan.evaluation import generated
from vgan.tasks import given


def test_what_was_asked_of_each_clip():
    """Of three clips one is given a frame, one a hint, and one nothing."""
    real = np.random.default_rng(0).integers(0, 256, (3, 2, 4, 4, 3), np.uint8)
    kinds = np.full([3, 2, 4, 4, 1], given.HIDDEN, np.uint8)
    kinds[0, 0], kinds[1] = given.KNOWN, given.HINT
    model = types.SimpleNamespace(
        task=types.SimpleNamespace(shows=True),
        show=lambda videos, seed, samples, source: (source, kinds[samples]),
        complete=lambda pixels, kinds, seed, samples, labels: 255 - pixels,
    )
    parts = real, real // 2, np.zeros(3)
    evaluator = types.SimpleNamespace(real=lambda chosen: [part[chosen] for part in parts])
    found = generated.videos(model, 9, 0, evaluator)
    np.testing.assert_array_equal(found.videos, 255 - real // 2)
    np.testing.assert_array_equal(found.targets, real)
    assert found.asked[0, 1].all() and not found.asked[0, 0].any()
    assert found.asked[1].all() and not found.asked[2].any()
