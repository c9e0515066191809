"""What do the latents of a trained generator mean? A row for each direction that was found.

  python -m vgan.directions --workdir=runs/base
  python experiments/directions.py --directions=runs/base/directions --experiment=base

R^2 is of held-out clips, by_label the share of a statistic's variance that the class explains, and
the columns after them are what a step of a deviation changes, in deviations of each statistic.
"""

import json
from pathlib import Path

import held_out
import trial
from absl import flags

from vgan.core import command

flags.DEFINE_string("directions", None, "Folder that python -m vgan.directions wrote.")
flags.DEFINE_string("experiment", None, "What it was: the flagfile's name, and any change.")
flags.DEFINE_string("output", "experiments/results/directions.csv", "CSV file of the rows.")


def main():
    values = flags.FLAGS
    held_out.check_given("directions", "experiment")
    scores = json.loads((Path(values.directions) / "directions.json").read_text())
    about = {"experiment": values.experiment, "steps": scores["step"], "seed": scores["seed"]}
    about |= {"fitted": scores["fitted"], "held_out": scores["held_out"]}
    trial.Rows(values.output).add(*(about | row for row in rows(scores)))


def rows(scores):
    """The columns of each direction, rounded; "" where there is no figure."""
    for of in scores["directions"]:
        by_label = scores["statistics"].get(of["name"], {}).get("by_label")
        row = {"direction": of["name"], "r2": of["r2"], "by_label": by_label, **of["changes"]}
        yield {k: round(v, 3) if isinstance(v, float) else v or "" for k, v in row.items()}


if __name__ == "__main__":
    command.run(main)
