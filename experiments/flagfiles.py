"""Trains the shipped experiments on the embedded data and puts their cost and scores in one table.

  python experiments/flagfiles.py

Each flagfile is run to its own last step, or for --cpu_seconds where that comes first, so that the
rows compare recipes at equal cost; the newest checkpoint is scored. Rows that exist aren't made
again.
"""

import itertools

import trial
from absl import flags

from vgan.core import command

NAMES = ("dcgan3d", "vgan", "mocogan", "wgan_gp", "lsgan", "progressive", "base", "best")

flags.DEFINE_list("names", list(NAMES), "Which of them.")
flags.DEFINE_list("seeds", ["0"], "Seeds of each.")
flags.DEFINE_integer("cpu_seconds", None, "Processor time of each run (default: all steps).", 1)
flags.DEFINE_string("runs", "runs/flagfiles", "Folder of the runs.")
flags.DEFINE_string("output", "experiments/results/flagfiles.csv", "CSV file of the rows.")


def main():
    values = flags.FLAGS
    rows = trial.Rows(values.output)
    for seed, name in itertools.product(values.seeds, values.names):
        asked = values.cpu_seconds or ""
        about = {"experiment": name, "seed": seed, "cpu_seconds_asked": asked}
        if rows.find(**about):
            continue
        workdir = trial.folder(values.runs, about)
        given = [f"--flagfile=experiments/{name}.flags", f"--seed={seed}", "--eval_interval=0"]
        spent = trial.train(workdir, given, values.cpu_seconds)
        row = about | {"cpu_seconds": round(spent), "steps": trial.steps_done(workdir)}
        rows.add(row | trial.figures(workdir))


if __name__ == "__main__":
    command.run(main)
