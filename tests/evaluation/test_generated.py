"""The videos of a model that are scored."""

import types

import numpy as np
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.evaluation import generated
from vgan.models.codec import Pixels
from vgan.sampling.card import Card
from vgan.tasks import given
from vgan.tasks.task import Task


def test_what_was_asked_of_each_clip():
    """Of three clips one is given a frame, one a hint, and one nothing."""
    real = np.random.default_rng(0).integers(0, 256, (3, 2, 4, 4, 3), np.uint8)
    kinds = np.full([3, 2, 4, 4, 1], given.HIDDEN, np.uint8)
    kinds[0, 0], kinds[1] = given.KNOWN, given.HINT
    model = types.SimpleNamespace(
        task=types.SimpleNamespace(shows=True, relabels=False),
        asked=lambda labels, seed, samples: labels,
        show=lambda videos, seed, samples, source: (source, kinds[samples]),
        complete=lambda pixels, kinds, seed, samples, labels: 255 - pixels,
    )
    parts = real, real // 2, np.zeros(3)
    evaluator = types.SimpleNamespace(
        real=lambda chosen: [part[chosen] for part in parts], pairs=True
    )
    found = generated.videos(model, 9, 0, evaluator)
    np.testing.assert_array_equal(found.videos, 255 - real // 2)
    np.testing.assert_array_equal(found.targets, real)
    assert found.asked[0, 1].all() and not found.asked[0, 0].any()
    assert found.asked[1].all() and not found.asked[2].any()
    model.stream = lambda number, seed: [real[:number]]
    found = generated.videos(model, 2, 0, evaluator, shows=False)  # Of its tasks, generation.
    assert len(found.videos) == 2 and found.targets is None


def test_real_clips_through_latents():
    """Of an encoder that keeps a clip's mean, and a generator that shows it, in chunks of 8."""
    real = np.random.default_rng(0).integers(0, 256, (11, 2, 4, 4, 3), np.uint8)
    sampler = types.SimpleNamespace(
        codec=Pixels(),
        encode=lambda video, condition, label: tf.reduce_mean(video, [1, 2, 3, 4])[:, None],
        sample=lambda latents, *rest: latents[..., None, None, None] * np.ones([2, 4, 4, 3]),
    )
    card = Card(ClipSpec(2, 4, 4), 8.0, (), Task("generation"))
    parts = real, real, np.zeros(11)
    found = generated.rebuilt(sampler, card, 20, lambda chosen: [part[chosen] for part in parts])
    assert found.shape == real.shape
    means = real.mean((1, 2, 3, 4), keepdims=True)
    np.testing.assert_allclose(found, np.broadcast_to(means, real.shape), atol=1)
