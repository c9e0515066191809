"""One run of a search: an ordinary training in a process of its own, with a limit to its cost."""

import contextlib
import itertools
import json
import math
import re
import subprocess
import sys
import time
from typing import NamedTuple

import psutil

from vgan.core.files import replace_text

TRAIN = [sys.executable, "-m", "vgan.train"]
POLL = 0.5
"""Seconds between two looks at a run."""

_STOPPED = 128 + 15
_USELESS = 1, 2, 4, 5
_PATIENCE = 60
"""Seconds in which a training that is told to end may save."""

_COLLAPSE = "collapsed to a few clips"  # What a detector of vgan.training.health says.


class Outcome(NamedTuple):
    """What came of a run.

    Attributes:
      score: the best of it; None where it has none.
      spent: processor seconds, in all its sittings.
      reason: why it failed; None where it didn't.
      useless: its flags, data or folder can't be trained with, whatever the chance.
    """

    score: float | None
    spent: float
    reason: str | None = None
    useless: bool = False


def run(config, folder, cpu_seconds, lower, enough, trust_code=False):
    """Trains in `folder/run`, or goes on, until the end, the limit, or until told that it's enough.

    Args:
      config: ExperimentConfig.
      folder: Path; its log.txt has what training says, cost.json what it has cost.
      cpu_seconds: the limit.
      lower: whether lower scores are better.
      enough: (score, cpu seconds so far) -> whether to stop; called with each new score.
      trust_code: as the flag of training.
    Returns:
      Outcome.
    """
    folder.mkdir(parents=True, exist_ok=True)
    flagfile, log = folder / "trial.flags", folder / "log.txt"
    replace_text(flagfile, config.as_flags())
    log.touch()
    code, spent, said = 0, _spent(folder), _Scores(log, config.best_score)
    said.new()  # Of earlier sittings.
    begun = log.stat().st_size
    if spent < cpu_seconds:
        with log.open("a") as file:
            command = [*TRAIN, f"--flagfile={flagfile}", f"--workdir={folder / 'run'}"]
            command += ["--trust_code"] if trust_code else []
            process = subprocess.Popen(command, stdout=file, stderr=file)
        costs = _costs(process, folder, spent)
        try:
            for spent in costs:
                stop = [enough(score, spent) for score in said.new()]
                if any(stop) or spent >= cpu_seconds:
                    process.terminate()
                    break
            saving = itertools.islice(costs, int(_PATIENCE / POLL))
            spent = max([spent, *saving])
        finally:
            process.terminate()  # If this search is stopped, what was learnt is saved.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
            process.kill()
            code = process.wait()
    scores = _Scores(log, config.best_score).new()
    best = (min if lower else max)(scores) if scores else None
    return Outcome(best, spent, _reason(log, begun, code, scores), useless=code in _USELESS)


def _spent(folder):
    """What earlier sittings have cost. Ends one that a killed search has left behind."""
    cost = folder / "cost.json"
    if not cost.exists():
        return 0.0
    found = json.loads(cost.read_text())
    with contextlib.suppress(psutil.Error):
        left = psutil.Process(found["pid"])
        if f"--flagfile={folder / 'trial.flags'}" in left.cmdline():
            left.terminate()
            for _ in range(_PATIENCE):
                found["spent"] = max(found["spent"], found["before"] + _cpu_seconds(left))
                with contextlib.suppress(psutil.TimeoutExpired):
                    left.wait(1)
            left.kill()
    return found["spent"]


def _costs(process, folder, spent):
    """Yields and writes down what sittings have cost, while a process of ours lives."""
    watched, before = psutil.Process(process.pid), spent
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):  # It may end just now.
            spent = max(spent, before + _cpu_seconds(watched))
        cost = {"pid": process.pid, "before": before, "spent": spent}
        replace_text(folder / "cost.json", json.dumps(cost))
        yield spent
        time.sleep(POLL)


def _cpu_seconds(process):
    times = process.cpu_times()
    return times.user + times.system


class _Scores:
    """The scores that training says in its log."""

    def __init__(self, log, name):
        self._log, self._line = log, re.compile(rf"step \d+: {re.escape(name)} (\S+) \(floor .*")
        self._read = 0

    def new(self):
        """Those of the lines since the last call."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            *whole, _ = file.read().split(b"\n")
        self._read += sum(len(line) + 1 for line in whole)
        lines = (line.decode(errors="replace") for line in whole)
        scores = [float(found[1]) for found in map(self._line.fullmatch, lines) if found]
        return [score for score in scores if math.isfinite(score)]


def _reason(log, begun, code, scores):
    """Why a run failed, None where it didn't; its last sitting wrote from byte `begun` on."""
    whole = log.read_bytes()
    lines = whole.decode(errors="replace").splitlines()
    if code not in (0, _STOPPED, -15):
        lately = whole[begun:].decode(errors="replace").splitlines()
        errors = [line for line in lately if "error:" in line]
        return (
            errors[-1].removeprefix("vgan: error: ") if errors else f"exit code {code}; see {log}"
        )
    collapsed = [line for line in lines if _COLLAPSE in line]
    if collapsed:
        return collapsed[-1]
    return None if scores else "no score yet. Give a smaller --eval_interval, or more --cpu_seconds"
