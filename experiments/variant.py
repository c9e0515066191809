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

trial.define_flags("variants", start_interval=2)
flags.DEFINE_integer("seed", 0, "Of the run.")
flags.DEFINE_integer("cpu_seconds", 300, "Processor time, with the start.")


def main():
    values = flags.FLAGS
    held_out.check_given("name", "data")
    about = {"data": values.name, "flags": values.flags}
    about |= {"seed": values.seed, "cpu_seconds": values.cpu_seconds}
    rows = trial.Rows(values.output)
    if rows.find(**about):
        return
    workdir = trial.folder(values.runs, about)
    given = [f"--data={values.data}", f"--seed={values.seed}", "--steps=1000000"]
    trial.train(workdir, [*given, *shlex.split(values.flags)], values.cpu_seconds)
    row = about | {"steps": trial.steps_done(workdir)}
    for split in ("train", "test"):
        row |= trial.figures(workdir, f"--start_interval={values.start_interval}", split=split)
    rows.add(row)


if __name__ == "__main__":
    command.run(main)
