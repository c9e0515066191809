"""Scores a run while it trains, and keeps the best of its checkpoints."""

import json

from vgan.errors import UsageError
from vgan.training.checkpoints import Checkpoints
from vgan.training.workdir import replace_text


class Scoring:
    """Logs scores and keeps the checkpoint that has the best of one of them.

    The best so far is told by a file beside its checkpoint. A run that goes on from an earlier
    step finds it again, since its scores are the same ones.

    Args:
      evaluator: evaluation.evaluator.Evaluator.
      make: (number) -> made videos uint8 [number, T, H, W, 3].
      number: how many are made.
      best_score: name of the score that decides.
      synthesizer: what is kept.
      workdir: workdir.Workdir.
      summaries: summaries.Summaries.
    Raises:
      UsageError: in use, there is no such score.
    """

    def __init__(self, evaluator, make, number, best_score, synthesizer, workdir, summaries):
        self._evaluator, self._make, self._number = evaluator, make, number
        self._best_score, self._workdir, self._summaries = best_score, workdir, summaries
        self._about = {"score": best_score, "videos": number}
        self._checkpoints = Checkpoints(workdir.best, synthesizer, keep=1)
        workdir.best.mkdir(exist_ok=True)

    def __call__(self, step):
        """Scores the model as it is after `step` steps."""
        scores = self._evaluator.score(self._make(self._number)).scores
        if self._best_score not in scores:
            raise UsageError(
                f"--best_score={self._best_score}: no such score. Known: {', '.join(scores)}"
            )
        self._summaries.scalars(step, {f"scores/{n}": s["value"] for n, s in scores.items()})
        self._summaries.scalars(step, {f"floors/{n}": s["floor"] for n, s in scores.items()})
        found = scores[self._best_score]
        before = self._best()
        print(
            f"step {step}: {self._best_score} {found['value']:.4g} "
            f"(floor {found['floor']:.4g}, best {'none' if before is None else f'{before:.4g}'})",
            flush=True,
        )
        sign = 1 if found["better"] == "lower" else -1
        if before is None or sign * found["value"] <= sign * before:
            self._checkpoints.save(step)
            best = self._about | {"step": step, "value": found["value"]}
            replace_text(self._workdir.best_json, json.dumps(best) + "\n")

    def _best(self):
        """The best value so far, None if there is none of this score and number of videos."""
        try:
            best = json.loads(self._workdir.best_json.read_text())
            return best["value"] if self._about.items() <= best.items() else None
        except (FileNotFoundError, json.JSONDecodeError, KeyError):
            return None
