"""What critics say of clips, of a run whose critics are numbers that are known."""

import types

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.evaluation import critics
from vgan.models.codec import Pixels
from vgan.networks.batch_statistics import MinibatchStd
from vgan.sampling.card import Card
from vgan.tasks.task import Task

CLIP = ClipSpec(2, 4, 4)


def shades(levels):
    """Clips of one shade each."""
    return np.uint8(levels)[:, None, None, None, None] * np.ones((1, *CLIP.shape), np.uint8)


class Windows(list):
    """Bright real clips."""

    clip = CLIP

    def __init__(self, levels):
        super().__init__((video, 0) for video in shades(levels))


class Run:
    """Made clips are dark; of two critics one sees brightness, and the other nothing."""

    def __init__(self, layers=(), labels=()):
        self.card = Card(CLIP, 8.0, labels, Task("generation"))
        network = types.SimpleNamespace(layers=layers)
        self.model = types.SimpleNamespace(codec=Pixels(), held_out=self.held_out)
        self.model.critic_modules = [types.SimpleNamespace(network=network)]
        self.config = types.SimpleNamespace(model="gan")
        self.rows = set()

    def held_out(self, batch, seed, samples):
        self.rows.add(batch.video.shape[0])
        bright = tf.reduce_mean(batch.video, [1, 2, 3, 4])
        bright += 0.5 * tf.cast(batch.label, tf.float32)
        return {"logits/held_out": {"sees": bright, "blind": 0.1 * tf.sin(1e4 * bright)}}

    def sampling_model(self):
        return types.SimpleNamespace(sample=lambda number, seed: shades(np.arange(number) % 50))


def test_clips_are_told_apart_and_errors_counted():
    train = Windows(np.arange(40) + 150)
    test = Windows([*np.arange(30) + 150, 10, 20])  # Two that look as if they were made.
    judge = critics.Judge(Run(), train, test)
    np.testing.assert_array_equal(judge(shades([0, 200, 40, 160])), [True, False, True, False])
    counted = judge.held_out, judge.held_out_wrong, judge.made, judge.made_wrong
    assert counted == (32, 2, critics.NUMBER, 0)


def test_clips_stand_beside_others_where_critics_compare_them():
    run = Run(layers=[MinibatchStd(4)])
    windows = Windows(np.arange(40) + 150)
    judge = critics.Judge(run, windows, windows)
    np.testing.assert_array_equal(judge(shades([0, 200, 40])), [True, False, True])
    assert run.rows == {4 * critics.AT_ONCE}


def test_the_likeliest_class_counts():
    windows = Windows(np.arange(40) + 150)
    judge = critics.Judge(Run(labels=("one", "other")), windows, windows)
    found = judge._logits(shades([0, 255]))
    np.testing.assert_allclose(found[:, 0], [-0.5, 1.5], atol=1e-6)


def test_a_run_without_critics():
    run = Run()
    run.model.critic_modules = []
    with pytest.raises(UsageError, match="--model=gan has no critics"):
        critics.Judge(run, [], [])


def test_fishers_discriminant():
    """Of two classes of covariance diag(1, 4) * 2 / 3 whose means are (2, 4) apart."""
    cross = np.array([[1, 0], [-1, 0], [0, 2], [0, -2.0]])
    direction, bound = critics.discriminant(cross + [2, 4], cross)
    np.testing.assert_allclose(direction / direction[1], [2, 1], rtol=1e-4)
    assert bound == pytest.approx(direction @ [1, 2])
