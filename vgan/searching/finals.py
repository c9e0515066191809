"""The best trials of a search, run again on further seeds before one is named."""

import json
import statistics
import time
from typing import NamedTuple

from optuna.trial import TrialState

from vgan.core.files import replace_text
from vgan.searching.locks import first_free
from vgan.searching.study import POLL

NUMBER = 3
"""How many of the best trials are run again, beside the first."""

SEEDS = (1, 2)
"""What is added to the seed there."""


class Final(NamedTuple):
    """A trial that was run on further seeds.

    Attributes:
      number: of the trial; params: its values by flag.
      scores: of its own seed and of the others; None where a run failed.
    """

    number: int
    params: dict
    scores: list

    @property
    def mean(self):
        """Of the scores; None if one failed."""
        return None if None in self.scores else statistics.mean(self.scores)


def run(search):
    """Runs the best trials of a study.Search again, and the first; shared as the trials are.

    Returns:
      list of Final, the best mean first, those that failed last.
    """
    sign = 1 if search.lower else -1
    done = [trial for trial in search.trials if trial.state == TrialState.COMPLETE]
    done.sort(key=lambda trial: sign * trial.value)
    chosen = [*done[:NUMBER], *(trial for trial in done[NUMBER:] if trial.number == 0)]
    jobs = {f"final-{trial.number}-{seed}": (trial, seed) for trial in chosen for seed in SEEDS}
    while left := [name for name in jobs if not _result(search, name).exists()]:
        with first_free(search.folder, left) as name:
            if name is None:
                time.sleep(POLL)
            elif not _result(search, name).exists():
                _run(search, name, *jobs[name])
    found = []
    for trial in chosen:
        names = [f"final-{trial.number}-{seed}" for seed in SEEDS]
        others = [json.loads(_result(search, name).read_text())["score"] for name in names]
        found.append(Final(trial.number, trial.params, [trial.value, *others]))
    return sorted(found, key=lambda final: (final.mean is None, sign * (final.mean or 0.0)))


def _run(search, name, trial, seed):
    print(f"trial {trial.number} again, on seed {search.config.seed + seed}", flush=True)
    outcome = search.outcome(trial.params, name, seed=seed)
    score = None if outcome.reason else outcome.score
    result = {"score": score, "spent": outcome.spent, "reason": outcome.reason}
    replace_text(_result(search, name), json.dumps(result))


def _result(search, name):
    return search.folder / name / "result.json"
