"""Runs of a search, by a script in the place of training."""

import json
import os
import subprocess
import sys

import psutil
import pytest

from vgan.runs.config import ExperimentConfig
from vgan.searching import running
from vgan.training import health

CONFIG = ExperimentConfig(best_score="frechet_motion")
TRAINING = """
import pathlib, sys, time
print("step 5: frechet_motion 7.5 (floor 4, best none)")
print("step 9: frechet_random3d 1 (floor 4, best none)")
print("step 10: frechet_motion 3.25 (floor 4, best 7.5)", flush=True)
"""
BUSY = """
print("step 15: frechet_motion 5 (floor 4, best 3.25)", flush=True)
while True: pass
"""


@pytest.fixture
def train(monkeypatch, tmp_path):
    """A function that runs a script of training; a score below `least` is enough."""

    def run(script, cpu_seconds=60, least=-1.0, lower=True):
        monkeypatch.setattr(running, "TRAIN", [sys.executable, "-c", script])
        monkeypatch.setattr(running, "POLL", 0.05)
        run.seen = []

        def enough(score, spent):
            run.seen.append(score)
            return score < least

        return running.run(CONFIG, tmp_path, cpu_seconds, lower, enough)

    return run


def test_scores_and_cost_of_a_run_that_ends(train, tmp_path):
    found = train(TRAINING)
    assert (found.score, found.reason, found.useless) == (3.25, None, False)
    assert train.seen in ([], [7.5, 3.25])  # It may end before it is looked at.
    assert train(TRAINING, lower=False).score == 7.5
    assert (tmp_path / "trial.flags").read_text() == CONFIG.as_flags()


def test_a_run_is_ended_at_its_limit_and_what_it_cost_is_kept(train, tmp_path):
    found = train(TRAINING + BUSY, cpu_seconds=0.5)
    assert train.seen == [7.5, 3.25, 5.0] and found.score == 3.25
    assert 0.5 <= found.spent < 1.5 and found.reason is None
    again = train(TRAINING + BUSY, cpu_seconds=0.5)
    assert again == found and train.seen == []
    more = train(TRAINING + BUSY, cpu_seconds=found.spent + 0.5)
    assert found.spent + 0.5 <= more.spent < found.spent + 1.5


def test_a_run_is_ended_once_it_is_enough(train):
    found = train(TRAINING + BUSY, least=4.0)
    assert found.spent < 30 and found.score == 3.25


@pytest.mark.parametrize(
    ("script", "reason", "useless"),
    [
        ("print('vgan: error: training diverged'); exit(3)", "training diverged", False),
        ("print('vgan: error: --batch_size=0'); exit(1)", "--batch_size=0", True),
        ("exit(77)", "exit code 77", False),
        ("pass", "no score yet", False),
        (TRAINING + "print('warning: step 500: the model has collapsed to a few clips.')",
         "collapsed", False),
    ],
)  # fmt: skip
def test_why_a_run_failed(train, script, reason, useless):
    found = train(script)
    assert reason in found.reason and found.useless == useless


def test_the_reason_is_of_the_last_sitting(train):
    assert "stopped" in train("print('vgan: error: stopped'); exit(3)").reason
    assert "exit code 77" in train("exit(77)").reason


def test_collapse_is_what_the_detector_says():
    assert running._COLLAPSE in " ".join(detector.text for detector in health.DETECTORS)


def test_what_a_killed_search_left_running_is_ended_and_counted(train, tmp_path):
    flagfile = f"--flagfile={tmp_path / 'trial.flags'}"
    burn = "import time\nend = time.process_time() + 0.4\nwhile time.process_time() < end: pass\n"
    left = subprocess.Popen(
        [sys.executable, "-c", burn + "print('burnt', flush=True)\ntime.sleep(60)", flagfile],
        stdout=subprocess.PIPE,
    )
    left.stdout.readline()
    cost = {"pid": left.pid, "before": 10.0, "spent": 10.1}
    (tmp_path / "cost.json").write_text(json.dumps(cost))
    found = train(TRAINING)
    assert not psutil.pid_exists(left.pid)
    assert 10.4 <= found.spent < 12


def test_another_process_of_that_number_is_left_alone(train, tmp_path):
    cost = {"pid": os.getpid(), "before": 0.0, "spent": 7.0}
    (tmp_path / "cost.json").write_text(json.dumps(cost))
    assert 7.0 <= train(TRAINING).spent < 9
