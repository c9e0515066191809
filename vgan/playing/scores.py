"""The scores of a run, as its evaluations left them."""

from vgan.core.errors import DataError
from vgan.core.stored import read_json
from vgan.runs.workdir import Workdir


def of_run(path):
    """What the page is to know of the newest evaluation of a workdir: a dict; None without one.

    Raises:
      DataError: its file is damaged.
    """
    steps = [p for p in Workdir(path).evaluation.glob("*/scores.json") if p.parent.name.isdecimal()]
    if not steps:
        return None
    newest = max(steps, key=lambda file: int(file.parent.name))
    fields, remedy = {"scores": dict}, "Run vgan.evaluate again"
    found = read_json(newest, fields, "scores", DataError, remedy)["scores"]
    return {"step": newest.parent.name, "rows": [_row(*of, newest) for of in found.items()]}


def _row(name, figure, path):
    try:
        names = "value", "interval", "floor", "over_floor"
        return {"name": name} | {of: figure[of] for of in names}
    except (KeyError, TypeError):
        raise DataError(
            f"scores {str(path)!r}: {name!r} has no value and floor. Run vgan.evaluate again"
        ) from None
