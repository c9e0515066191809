"""Trains the shipped experiments on the embedded data and puts their cost and scores in one table.

  python experiments/flagfiles.py

Each flagfile is run to its own last step, or for --cpu_seconds where that comes first, so that the
rows compare recipes at equal cost; the newest checkpoint is scored. Rows that exist aren't made
again.
"""

import trial
from absl import flags

from vgan.core import command

NAMES = ("dcgan3d", "vgan", "mocogan", "wgan_gp", "lsgan", "progressive", "base", "best")

flags.DEFINE_list("names", list(NAMES), "Which of them.")
flags.DEFINE_list("seeds", ["0"], "Seeds of each.")
flags.DEFINE_integer(
    "cpu_seconds", None, "Processor time of each run; to its last step if unset.", 1
)
flags.DEFINE_string("runs", "runs/flagfiles", "Folder of the runs.")
flags.DEFINE_string("output", "experiments/results/flagfiles.csv", "CSV file of the rows.")


def main():
    values = flags.FLAGS
    rows = trial.Rows(values.output, ("experiment", "seed", "cpu_seconds_asked"))
    for seed in values.seeds:
        for name in values.names:
            about = {"experiment": name, "seed": seed}
            about["cpu_seconds_asked"] = values.cpu_seconds or ""
            if rows.find(**about) is None:
                rows.add(about | measure(values, about))


def measure(values, about):
    """Trains and scores one experiment: the rest of its row."""
    workdir = trial.folder(values.runs, about)
    given = [f"--flagfile=experiments/{about['experiment']}.flags", f"--seed={about['seed']}"]
    spent = trial.train(workdir, [*given, "--eval_interval=0"], values.cpu_seconds)
    found = trial.evaluate(workdir, workdir / "scores", "--num_videos=256")
    row = {"cpu_seconds": round(spent), "steps": trial.steps_done(workdir)}
    return row | trial.figures(found, "test")


if __name__ == "__main__":
    command.run(main)
