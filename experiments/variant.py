"""One way to train, at a fixed processor time: a row of what it scores, for the search of a recipe.

  python experiments/variant.py --name=people --data=FOLDER --cpu_seconds=300 \
    --flags="--conditional --batch_size=8"

The row has the flags in full. It is compared with real clips of both splits: those of the train
split show what is learnt, those of the test split may be of other people. Rows that exist
aren't made again.
"""

import shlex

import held_out
import trial
from absl import flags

from vgan.core import command

flags.DEFINE_string("name", None, "What the row calls the data.")
flags.DEFINE_string("data", None, "A prepared folder, or shapes().")
flags.DEFINE_string("flags", "", "Further flags of the run, as on a command line.")
flags.DEFINE_integer("seed", 0, "Of the run.")
flags.DEFINE_integer("cpu_seconds", 300, "Processor time, with the start.")
flags.DEFINE_integer("start_interval", 2, "Frames between starts of real clips of a video.")
flags.DEFINE_string("runs", "runs/variants", "Folder of the runs.")
flags.DEFINE_string("output", "experiments/results/variants.csv", "CSV file of the rows.")


def main():
    values = flags.FLAGS
    held_out.check_given("name", "data")
    about = {"data": values.name, "flags": values.flags}
    about |= {"seed": values.seed, "cpu_seconds": values.cpu_seconds}
    rows = trial.Rows(values.output, tuple(about))
    if rows.find(**about) is None:
        rows.add(about | measure(values, trial.folder(values.runs, about)))


def measure(values, workdir):
    """Trains and scores the run: the rest of its row."""
    given = [f"--data={values.data}", f"--seed={values.seed}", "--steps=1000000"]
    trial.train(workdir, [*given, *shlex.split(values.flags)], values.cpu_seconds)
    row = {"steps": trial.steps_done(workdir)}
    real = ["--num_videos=256", f"--start_interval={values.start_interval}"]
    for split in ("train", "test"):
        scores = trial.evaluate(workdir, workdir / split, f"--split={split}", *real)
        row |= trial.figures(scores, split)
    return row


if __name__ == "__main__":
    command.run(main)
