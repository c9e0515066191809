"""best against the networks, losses and optimizers of two papers, at equal processor time.

  python experiments/against_papers.py --name=people --data=FOLDER --seeds=0,1 \
    --flags="--conditional --frame_step=2"

Each run gets --cpu_seconds of processor time; the two papers' recipes are tried with two learning
rates each, and have no averaged generator, as the papers have none. The best checkpoint by
validation (frechet_motion of 128 made clips while training: frechet_random3d_dt favours the noise
of the first steps) is scored against held-out clips and against those of training, by plain Fréchet
distances beside their floors at the same number. Rows that exist aren't made again.
"""

import itertools
import shlex

import held_out
import trial
from absl import flags

from vgan.core import command

RECIPES = {"best": (None,), "mocogan": (2e-4, 5e-4), "vgan": (2e-4, 5e-4)}
"""Flagfiles, and learning rates; None for the flagfile's own."""
INTERVALS = {"best": 200, "mocogan": 150, "vgan": 160}
"""Steps between validations: a sixth to an eighth of what each recipe does in ten minutes, so that
the last one is near the end."""

trial.define_flags("against_papers", start_interval=2)
flags.DEFINE_list("recipes", list(RECIPES), "Which of them.")
flags.DEFINE_list("seeds", ["0", "1"], "Seeds of each.")
flags.DEFINE_integer("cpu_seconds", 600, "Processor time of a run, validation included.")


def main():
    values = flags.FLAGS
    held_out.check_given("name", "data")
    rows = trial.Rows(values.output)
    for seed, recipe in itertools.product(values.seeds, values.recipes):
        for rate in RECIPES[recipe]:
            about = {"data": values.name, "recipe": recipe, "flags": values.flags}
            about |= {"learning_rate": rate or "own", "seed": seed}
            about["cpu_seconds"] = values.cpu_seconds
            if rows.find(**about) is None:
                workdir = trial.folder(values.runs, about)
                rows.add(about | measure(values, workdir, recipe, rate, seed))


def measure(values, workdir, recipe, rate, seed):
    """Trains and scores one run: the rest of its row."""
    given = [f"--flagfile=experiments/{recipe}.flags", f"--data={values.data}", f"--seed={seed}"]
    given += ["--height=32", "--width=32", *shlex.split(values.flags)]
    given += [f"--learning_rate={rate}"] if rate else []
    given += ["--eval_videos=128", f"--eval_start_interval={values.start_interval}"]
    given += [f"--eval_interval={INTERVALS[recipe]}", "--best_score=frechet_motion"]
    spent = trial.train(workdir, given, values.cpu_seconds)
    row = {"spent": round(spent), "steps": trial.steps_done(workdir)}
    for split in ("test", "train"):
        real = f"--start_interval={values.start_interval}"
        row |= trial.figures(workdir, "--checkpoint=best", real, split=split)
    return row


if __name__ == "__main__":
    command.run(main)
