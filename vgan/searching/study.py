"""The trials of a search, which several processes share."""

import dataclasses
import time
from pathlib import Path

import filelock
import optuna
from optuna.trial import TrialState

from vgan.core import errors
from vgan.searching import running
from vgan.searching.locks import first_free

POLL = 2.0
"""Seconds between two looks at what others are doing."""


class Search:
    """A search in a folder, alone or beside other processes that were given the same.

    Args:
      config: ExperimentConfig that it begins with, whose first trial is that as it is.
      space: {flag: distribution}, of space.parse.
      folder: Path of the runs.
      number: of trials; cpu_seconds: the most that each may cost.
      lower: whether lower scores are better.
      storage: address of a database, or None for a file in the folder.
      trust_code: let trials import what folders name by dotted paths.
    Raises:
      UsageError: the folder holds another search; or, of `run`, the first trial is none.
    """

    def __init__(
        self, config, space, folder, number, cpu_seconds, lower, storage=None, trust_code=False
    ):
        self.config, self.folder = config, Path(folder)
        self.cpu_seconds, self.lower = cpu_seconds, lower
        self._space, self._number, self._trust_code = space, number, trust_code
        self.folder.mkdir(parents=True, exist_ok=True)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        if storage is None:
            backend = optuna.storages.journal.JournalFileBackend(str(self.folder / "study.log"))
            storage = optuna.storages.JournalStorage(backend)
        self._beginning = filelock.FileLock(self.folder / ".begin.lock")
        with self._beginning:
            self._study = self._opened(storage)
            self._check_same()
            if not self._study.trials:
                self._study.enqueue_trial({flag: getattr(config, flag) for flag in space})

    def _opened(self, storage):
        spent = self.cpu_seconds
        about = {
            "study_name": self.folder.resolve().name,
            "pruner": optuna.pruners.HyperbandPruner(max(1, spent // 9), spent),
            "direction": "minimize" if self.lower else "maximize",
            "load_if_exists": True,
        }
        try:
            return optuna.create_study(storage=storage, **about)
        except Exception as error:  # Of any database, by its own driver.
            if not isinstance(storage, str):
                raise
            why = errors.told(error).splitlines()[0]
            raise errors.UsageError(
                f"--storage={storage}: can't be opened ({why}). Give an address as SQLAlchemy "
                "has them, and install its driver; or drop the flag"
            ) from None

    def _check_same(self):
        about = {"config": self.config.as_flags(), "cpu_seconds": self.cpu_seconds}
        about["space"] = {flag: repr(of) for flag, of in self._space.items()}
        before = self._study.user_attrs.get("about")
        if before is None:
            self._study.set_user_attr("about", about)
        elif changed := [name for name in about if before[name] != about[name]]:
            raise errors.UsageError(
                f"--workdir={self.folder}: holds a search with another {', '.join(changed)}. Give "
                "the same flags, or another folder"
            )

    @property
    def trials(self):
        """The trials so far, optuna's FrozenTrials."""
        return [trial for trial in self._study.trials if trial.number < self._number]

    def importance(self):
        """How much of what tells good trials from others each flag explains; {} of too few."""
        done = [trial for trial in self.trials if trial.state == TrialState.COMPLETE]
        if len(done) < 4 or len({trial.value for trial in done}) < 2:
            return {}
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        return optuna.importance.get_param_importances(self._study, evaluator=evaluator)

    def run(self):
        """Does trials, those first that a process left that is gone, until all are done."""
        while True:
            running = [trial for trial in self.trials if trial.state == TrialState.RUNNING]
            numbers = {f"trial-{trial.number}": trial.number for trial in running}
            with first_free(self.folder, numbers) as name:
                if name is not None:
                    self._do(numbers[name])
                    continue
            with self._beginning:
                more = self._is_more_to_begin()
                if more:
                    self._study.ask(self._space)
            if more:
                continue
            if any(not trial.state.is_finished() for trial in self.trials):
                time.sleep(POLL)
            else:
                return

    def _is_more_to_begin(self):
        waiting = [trial for trial in self.trials if trial.state == TrialState.WAITING]
        return bool(waiting) or len(self._study.trials) < self._number

    def _do(self, number):
        """Runs a trial, or goes on with it, and tells the study."""
        frozen = self._study.trials[number]
        if frozen.state.is_finished():
            return
        # As optuna's own callbacks and command line reach a trial that another process asked for.
        trial, pruned = optuna.trial.Trial(self._study, frozen._trial_id), []

        def enough(score, spent):
            trial.report(score, int(spent))
            pruned.append(trial.should_prune())
            return pruned[-1]

        print(f"trial {number}: {told(frozen.params)}", flush=True)
        outcome = self.outcome(frozen.params, f"trial-{number}", enough)
        for name in ("score", "spent", "reason"):
            trial.set_user_attr(name, getattr(outcome, name))
        state = TrialState.PRUNED if any(pruned) else TrialState.COMPLETE
        state = TrialState.FAIL if outcome.reason else state
        value = outcome.score if state == TrialState.COMPLETE else None
        self._study.tell(trial, value, state=state)
        ended = state.name.lower() + (f": {outcome.reason}" if outcome.reason else "")
        score = "no score" if outcome.score is None else f"{outcome.score:.4g}"
        print(f"trial {number}: {score}, {outcome.spent:.0f} s, {ended}", flush=True)
        if outcome.useless and number == 0:
            raise errors.UsageError(
                f"the flags as they are can't be trained: {outcome.reason}. Then remove "
                f"{str(self.folder)!r}, or give another --workdir"
            )

    def outcome(self, params, name, enough=lambda score, spent: False, seed=0):
        """The Outcome of a run in a folder of this name, with a seed that much higher."""
        try:
            config = dataclasses.replace(self.config, **params)
            config = dataclasses.replace(config, seed=config.seed + seed)
        except errors.UsageError as error:
            return running.Outcome(None, 0.0, str(error), useless=True)
        about = self.folder / name, self.cpu_seconds, self.lower, enough, self._trust_code
        return running.run(config, *about)


def told(params):
    """Flags as one writes them."""
    return " ".join(f"--{name}={value}" for name, value in params.items())
