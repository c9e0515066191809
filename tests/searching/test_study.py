"""Searches whose runs are a function of their flags."""

import signal
import subprocess
import sys
import time

import pytest

from vgan.core.errors import UsageError
from vgan.reports import search as report
from vgan.runs.config import ExperimentConfig
from vgan.searching import finals, running, study
from vgan.searching.space import parse

CONFIG = ExperimentConfig(learning_rate=2e-4, eval_interval=5, best_score="frechet_motion")
SPACE = "learning_rate=log(1e-5, 1e-2) + beta_1=between(0, 0.9)"


def score(config):
    """Best at a learning rate of 1e-3."""
    return abs(config.learning_rate - 1e-3) + 1e-5 * config.seed


@pytest.fixture
def ran(monkeypatch):
    """The configurations that were run; a rate above 5e-3 diverges."""
    found = []

    def run(config, folder, cpu_seconds, lower, enough, trust_code):
        found.append((folder.name, config))
        if config.learning_rate > 5e-3:
            return running.Outcome(None, 3.0, "training diverged")
        enough(score(config), 1)
        return running.Outcome(score(config), 2.0)

    monkeypatch.setattr(running, "run", run)
    return found


def begun(folder, number=8, config=CONFIG, cpu_seconds=90, space=SPACE):
    return study.Search(config, parse(space, config), folder, number, cpu_seconds, lower=True)


def test_the_first_trial_is_the_flags_as_they_are(ran, tmp_path):
    search = begun(tmp_path)
    search.run()
    assert [name for name, _ in ran] == [f"trial-{number}" for number in range(8)]
    assert ran[0][1] == CONFIG
    for trial, (_, config) in zip(search.trials, ran, strict=True):
        assert trial.params == {"learning_rate": config.learning_rate, "beta_1": config.beta_1}
        if trial.user_attrs["reason"]:
            assert trial.state.name == "FAIL" and config.learning_rate > 5e-3
        else:
            assert trial.user_attrs["score"] == score(config)


def test_a_search_that_is_done_does_nothing_more_and_a_longer_one_goes_on(ran, tmp_path):
    begun(tmp_path, 3).run()
    begun(tmp_path, 3).run()
    assert len(ran) == 3
    begun(tmp_path, 5).run()
    assert len(ran) == 5 and len({config for _, config in ran}) == 5


def test_another_search_in_the_folder_is_refused(ran, tmp_path):
    begun(tmp_path)
    with pytest.raises(UsageError, match="another cpu_seconds. Give the same"):
        begun(tmp_path, cpu_seconds=91)
    with pytest.raises(UsageError, match="another space"):
        begun(tmp_path, space="learning_rate=log(1e-5, 1e-2)")


def test_flags_that_do_not_fit_are_a_failed_trial_and_at_first_the_end(monkeypatch, tmp_path):
    config = ExperimentConfig(batch_size=2, accumulate=2, eval_interval=5)
    space = parse("batch_size=choice(2, 3)", config)
    monkeypatch.setattr(running, "run", lambda *_: running.Outcome(1.0, 1.0))
    search = study.Search(config, space, tmp_path / "a", 12, 90, lower=True)
    search.run()
    reasons = {trial.params["batch_size"]: trial.user_attrs["reason"] for trial in search.trials}
    assert reasons[2] is None and "--accumulate=2" in reasons[3]
    useless = running.Outcome(None, 1.0, "--data: none", useless=True)
    monkeypatch.setattr(running, "run", lambda *_: useless)
    with pytest.raises(UsageError, match="can't be trained: --data: none. Then remove"):
        study.Search(config, space, tmp_path / "b", 12, 90, lower=True).run()


@pytest.mark.parametrize("storage", ["nonsense", "sqlite:////nowhere/x.db", "mysql://a/b"])
def test_a_database_that_can_not_be_opened(tmp_path, storage):
    config = ExperimentConfig(eval_interval=5)
    space = parse("batch_size=choice(2, 16)", config)
    with pytest.raises(UsageError, match=f"^--storage={storage}: can't be opened") as told:
        study.Search(config, space, tmp_path, 2, 90, lower=True, storage=storage)
    assert "\n" not in str(told.value)


def test_the_best_are_run_on_more_seeds_and_the_first_too(ran, tmp_path, capsys):
    search = begun(tmp_path)
    search.run()
    found = finals.run(search)
    again = [name for name, _ in ran[8:]]
    assert len(again) == len(set(again)) == 2 * len(found)
    assert {0} < {final.number for final in found} and len(found) in (3, 4)
    for final in found:
        assert [of - final.scores[0] for of in final.scores] == pytest.approx([0, 1e-5, 2e-5])
    means = [final.mean for final in found]
    assert means == sorted(means)
    report.write(search, found, study.told)
    said = capsys.readouterr().out
    assert f"trial {found[0].number}: frechet_motion mean {means[0]:.4g} of seeds (" in said
    written = (tmp_path / "winner.flags").read_text()
    assert f"--learning_rate={found[0].params['learning_rate']}\n" in written
    assert len((tmp_path / "trials.csv").read_text().splitlines()) == 9
    page = (tmp_path / "search.html").read_text()
    assert "frechet_motion by learning_rate" in page and "What matters" in page
    assert finals.run(search) == found and len(ran) == 8 + len(again)


def test_a_failed_seed_counts_against_a_trial():
    assert finals.Final(1, {}, [1.0, None, 2.0]).mean is None


WORKER = """
import sys, time
from pathlib import Path
from tests.searching.test_study import begun
from vgan.searching import running

def run(config, folder, cpu_seconds, lower, enough, trust_code):
    with (folder.parent / "begun.txt").open("a") as file:
        file.write(f"{folder.name} {sys.argv[2]}\\n")
    time.sleep(0.2)
    return running.Outcome(config.learning_rate, 1.0)

running.run = run
begun(Path(sys.argv[1]), 12).run()
"""


def test_processes_share_a_search_and_one_that_is_killed_is_replaced(tmp_path):
    def worker(name):
        return subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), name])

    first, second = worker("first"), worker("second")
    log = tmp_path / "begun.txt"
    while not log.exists() or log.read_text().count("first") < 2:
        assert first.poll() is None
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    third = worker("third")
    assert second.wait(60) == third.wait(60) == 0
    trials = begun(tmp_path, 12).trials
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * 12
    names = [line.split()[0] for line in log.read_text().splitlines()]
    assert set(names) == {f"trial-{number}" for number in range(12)}
    assert len(names) <= 13, "only what was killed is done again"
