"""Scores while training, and the best checkpoint."""

import json
import types

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.runs.checkpoints import Checkpoints, saved_steps
from vgan.runs.workdir import Workdir
from vgan.tasks.task import Task
from vgan.training.scoring import Scoring, check_best_score


class Model(tf.Module):
    def __init__(self):
        super().__init__()
        self.weight = tf.Variable(0.0)


class Judge:
    """Gives the values it is told, one after the other."""

    names = ("frechet", "videos")
    pairs = True

    def __init__(self, values, better="lower"):
        self._values, self._better = iter(values), better

    def score(self, videos, targets=None, asked=None, rebuilt=None):
        value = {"value": next(self._values), "floor": 0.1, "better": self._better}
        return types.SimpleNamespace(
            scores={"frechet": value, "videos": value | {"value": len(videos)}}
        )


@pytest.fixture
def run(tmp_path):
    """A function that scores a model as often as there are values; it keeps what was logged."""
    workdir, model = Workdir(tmp_path / "run"), Model()
    workdir.create()

    def score(values, start=0, name="frechet", better="lower"):
        summaries = types.SimpleNamespace(scalars=lambda step, v: score.logged.append((step, v)))
        made = types.SimpleNamespace(
            stream=lambda number, seed: [np.zeros([number, 1])], task=Task("generation")
        )
        config = types.SimpleNamespace(best_score=name, eval_videos=3, seed=0)
        scoring = Scoring(Judge(values, better), made, config, model, workdir, summaries)
        for step in range(start, start + len(values)):
            model.weight.assign(step)
            scoring(step)

    score.logged, score.workdir = [], workdir
    return score


@pytest.mark.parametrize(
    ("values", "better", "best"),
    [([3, 2, 5, 4], "lower", 1), ([3, 2, 5, 4], "higher", 2), ([3.0], "lower", 0)],
)
def test_the_best_checkpoint_is_kept(run, values, better, best):
    run(values, better=better)
    assert saved_steps(run.workdir.best) == [best]
    told = json.loads(run.workdir.best_json.read_text())
    assert told == {"step": best, "score": "frechet", "videos": 3, "value": values[best]}
    model = Model()
    assert Checkpoints(run.workdir.best, model, 1).restore() == best
    assert float(model.weight) == best


def test_what_is_logged(run):
    run([3.0, 2.0])
    assert (1, {"scores/frechet": 2.0, "scores/videos": 3}) in run.logged
    assert (1, {"floors/frechet": 0.1, "floors/videos": 0.1}) in run.logged


@pytest.mark.parametrize("stop", [1, 2, 3, 4])
def test_a_run_that_goes_on_has_the_best_of_an_undisturbed_one(run, stop):
    """The run was killed after `stop` scores and goes on from step 1, its last checkpoint."""
    values = [5, 4, 2, 3]
    run(values[:stop])
    run(values[1:], start=1)
    assert saved_steps(run.workdir.best) == [2]
    assert json.loads(run.workdir.best_json.read_text())["step"] == 2


def test_another_score_begins_anew(run):
    run([3.0])
    run([4.0], start=1, name="videos")
    assert saved_steps(run.workdir.best) == [1]


def test_a_damaged_note_of_the_best(run):
    run([3.0])
    run.workdir.best_json.write_text("{")
    run([4.0], start=1)
    assert saved_steps(run.workdir.best) == [1]


def test_a_score_that_these_clips_do_not_have(run, caplog):
    """A step whose clips were given nearly whole: the run goes on."""
    run([3.0, 2.0], name="ssim")
    assert saved_steps(run.workdir.best) == []
    assert "step 1: these clips have no ssim" in caplog.text
    assert (1, {"scores/frechet": 2.0, "scores/videos": 2}) not in run.logged
    assert (1, {"scores/frechet": 2.0, "scores/videos": 3}) in run.logged


@pytest.mark.parametrize(
    ("name", "task", "size", "known"),
    [
        ("fvd", "generation", 16, "frechet, videos"),
        ("psnr", "generation", 16, "frechet, videos"),
        ("ssim", "prediction", 10, "frechet, videos, psnr"),
    ],
)
def test_an_unknown_score(name, task, size, known):
    config = types.SimpleNamespace(best_score=name, task=task, clip=ClipSpec(8, size, size))
    plan = types.SimpleNamespace(config=config, task=Task(task))
    with pytest.raises(UsageError, match=f"--best_score={name}: .* no such score. Known: {known}$"):
        check_best_score(plan, Judge([]))


def test_scores_of_pairs_are_known_where_something_is_given():
    for name in ("psnr", "ssim", "frechet"):
        config = types.SimpleNamespace(best_score=name, clip=ClipSpec(8, 11, 11))
        plan = types.SimpleNamespace(config=config, task=Task("prediction"))
        check_best_score(plan, Judge([]))
