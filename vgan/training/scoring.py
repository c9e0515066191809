"""Scores a run while it trains, and keeps the best of its checkpoints."""

import json

from absl import logging

from vgan.core.errors import DataError, UsageError
from vgan.core.files import replace_text
from vgan.core.stored import number, read_json
from vgan.evaluation import generated
from vgan.evaluation.scores import names_of_pairs
from vgan.runs.checkpoints import Checkpoints


def check_best_score(plan, evaluator):
    """Raises UsageError unless --best_score is one that clips of this plan can have."""
    config = plan.config
    targets = plan.task.shows and not plan.task.relabels and evaluator.pairs
    known = [*evaluator.names, *(names_of_pairs(config.clip.shape) if targets else ())]
    if config.best_score not in known:
        raise UsageError(
            f"--best_score={config.best_score}: clips of {config.clip} with --task={config.task} "
            f"have no such score. Known: {', '.join(known)}"
        )


class Scoring:
    """Logs scores and keeps the checkpoint that has the best of one of them.

    A file beside its checkpoint says what the best so far is. A run that goes on from an earlier
    step finds it again, since its scores are the same ones.

    Args:
      evaluator: evaluation.evaluator.Evaluator.
      model: sampling.Model of the run.
      config: config.ExperimentConfig.
      synthesizer: what is kept.
      workdir: workdir.Workdir.
      summaries: summaries.Summaries.
    """

    def __init__(self, evaluator, model, config, synthesizer, workdir, summaries):
        self._evaluator, self._model, self._config = evaluator, model, config
        self._workdir, self._summaries = workdir, summaries
        self._about = {"score": config.best_score, "videos": config.eval_videos}
        self._checkpoints = Checkpoints(workdir.best, synthesizer, keep=1)
        workdir.best.mkdir(exist_ok=True)

    def __call__(self, step):
        """Scores the model as it is after `step` steps."""
        number, seed = self._config.eval_videos, self._config.seed
        made = generated.videos(self._model, number, seed, self._evaluator)
        scores = self._evaluator.score(*made).scores
        self._summaries.scalars(step, {f"scores/{n}": s["value"] for n, s in scores.items()})
        floors = {f"floors/{n}": s["floor"] for n, s in scores.items() if s["floor"] is not None}
        self._summaries.scalars(step, floors)
        if self._config.best_score not in scores:  # So little of the clips was made.
            logging.warning(
                "step %d: these clips have no %s, so no best checkpoint is chosen. Choose another "
                "--best_score, or raise --eval_videos",
                step, self._config.best_score,
            )  # fmt: skip
            return
        found = scores[self._config.best_score]
        before = self._best()
        floor, best = (
            "none" if value is None else f"{value:.4g}" for value in (found["floor"], before)
        )
        print(
            f"step {step}: {self._config.best_score} {found['value']:.4g} "
            f"(floor {floor}, best {best})",
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
            remedy = "The next score counts as the best"
            best = read_json(
                self._workdir.best_json, {"value": number}, "best score", DataError, remedy
            )
        except FileNotFoundError:
            return None
        except DataError as error:
            logging.warning("%s", error)
            return None
        return best["value"] if self._about.items() <= best.items() else None
