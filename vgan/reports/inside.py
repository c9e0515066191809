"""What is known of how a model works, for the page of its evaluation."""

from vgan.core.errors import DataError
from vgan.core.stored import read_json
from vgan.motion import estimators
from vgan.reports import attribution, directions, page
from vgan.runs import trained
from vgan.runs.workdir import Workdir
from vgan.sampling import maps


def _rows(value):
    """Whether it is a list of directions, as directions.json has them."""
    fields = {"name", "kind", "r2", "changes"}
    return isinstance(value, list) and all(
        isinstance(row, dict) and fields <= row.keys() and isinstance(row["changes"], dict)
        for row in value
    )


_FIELDS = {"step": int, "statistics": dict, "directions": _rows}


def sections(workdir, checkpoint, trust_code, number, seed):
    """Html of a run: its directions where vgan.directions has found them, and its critics' maps.

    Args:
      workdir, checkpoint, trust_code: of the run, as of trained.restore_one.
      number: of clips of the seed whose maps are shown; 0 for none.
      seed: int.
    Raises:
      DataError: the directions are damaged.
      UsageError: maps are asked for, and the run has no critics of pictures.
    """
    path, found = Workdir(workdir).directions / "directions.json", []
    if path.exists():
        remedy = "Find them again by python -m vgan.directions"
        scores = read_json(path, _FIELDS, "directions", DataError, remedy)
        told = f"Found by vgan.directions at step {scores['step']}; strips are in {path.parent}."
        found += [directions.section(scores), page.quiet(told)]
    if number:
        run = trained.restore_one(workdir, checkpoint, trust_code, whole=True)
        videos, labels = run.sampling_model().sample(number, seed), maps.turns(run.card, number)
        seen = maps.of_critics(run.model, run.card, videos, labels, estimators.farneback(), seed)
        found.append(attribution.section(seen, run.card.fps))
    return found
