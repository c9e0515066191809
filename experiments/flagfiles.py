"""Trains the shipped experiments on the embedded data and puts their cost and scores in one table.

  python experiments/flagfiles.py

Each flagfile is run to its own last step and its newest checkpoint is scored. Rows that are there
aren't made again.
"""

import trial
from absl import flags

from vgan import command

NAMES = ("dcgan3d", "vgan", "mocogan", "wgan_gp", "lsgan", "progressive", "base", "best")

flags.DEFINE_list("names", list(NAMES), "Which of them.")
flags.DEFINE_list("seeds", ["0"], "Seeds of each.")
flags.DEFINE_string("runs", "runs/flagfiles", "Folder of the runs.")
flags.DEFINE_string("output", "experiments/results/flagfiles.csv", "CSV file of the rows.")


def main():
    values = flags.FLAGS
    rows = trial.Rows(values.output, ("experiment", "seed"))
    for seed in values.seeds:
        for name in values.names:
            if rows.find(experiment=name, seed=seed) is None:
                rows.add({"experiment": name, "seed": seed} | measure(values, name, seed))


def measure(values, name, seed):
    """Trains and scores one experiment: the rest of its row."""
    workdir = trial.folder(values.runs, {"experiment": name, "seed": seed})
    spent = trial.train(
        workdir, [f"--flagfile=experiments/{name}.flags", f"--seed={seed}", "--eval_interval=0"]
    )
    found = trial.evaluate(workdir, workdir / "scores", "--num_videos=256")
    row = {"cpu_seconds": round(spent), "steps": trial.steps_done(workdir)}
    return row | trial.figures(found, "test")


if __name__ == "__main__":
    command.run(main)
