"""Adds the scores of an evaluation to experiments/results/scores.csv, a row for each figure.

  python experiments/record.py --scores=runs/base/evaluation/2800/scores.json \
    --experiment=base --steps=2800
"""

import json
from pathlib import Path

import held_out
import trial
from absl import flags

from vgan.core import command
from vgan.core.errors import DataError

flags.DEFINE_string("scores", None, "scores.json of python -m vgan.evaluate.")
flags.DEFINE_string("experiment", None, "What it was: the flagfile's name, and what was changed.")
flags.DEFINE_integer("steps", None, "How many steps were trained.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/scores.csv", "CSV file that rows are added to.")


def main():
    values = flags.FLAGS
    held_out.check_given("scores", "experiment", "steps")
    try:
        found = json.loads(Path(values.scores).read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise DataError(f"scores {values.scores!r}: {error}. Run vgan.evaluate first") from None
    protocol = found["protocol"]
    about = {"experiment": values.experiment, "steps": values.steps}
    about |= {name: protocol[name] for name in ("fingerprint", "split", "clip", "seed")}
    rows = [
        about | _row(name, figure["value"], figure["interval"], figure["floor"], figure)
        for name, figure in found["scores"].items()
    ]
    rows += [
        about | _row(name, figure["generated"], figure["interval"], figure["real"], protocol)
        for name, figure in found["statistics"].items()
    ]
    trial.Rows(values.output).add(*rows)


def _row(name, value, interval, floor, counts):
    low, high = interval or ("", "")
    row = {"figure": name, "value": value, "low": low, "high": high, "floor_or_real": floor}
    return row | {"n_generated": counts["n_generated"], "n_real": counts["n_real"]}


if __name__ == "__main__":
    command.run(main)
