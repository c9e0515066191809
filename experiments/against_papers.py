"""best against the networks, losses and optimizers of two papers, at equal processor time.

  python experiments/against_papers.py --data=FOLDER --conditional=best --seeds=0,1

Each run gets --cpu_seconds of processor time on --threads threads; the two papers' recipes are
tried with two learning rates each. The best checkpoint by validation (frechet_random3d_dt of
128 made clips while training) is scored against held-out clips. `excess` is the plain Fréchet
distance less its floor at the same number. Rows that are there aren't made again.
"""

import itertools
from pathlib import Path

import trial
from absl import flags

from vgan import command
from vgan.errors import UsageError

RECIPES = {"best": (None,), "mocogan": (2e-4, 5e-4), "vgan": (2e-4, 5e-4)}
"""Flagfiles, and learning rates; None for the flagfile's own."""
INTERVALS = {"best": 250, "mocogan": 120, "vgan": 250}
"""Steps between validations: about a sixth of what each does in ten minutes of a processor."""
SCORES = ("frechet_random3d", "frechet_random3d_dt", "frechet_motion", "coverage")

flags.DEFINE_string("data", None, "A prepared folder, the same for all.")
flags.DEFINE_string("flags", "", "More flags of all runs, separated by spaces.")
flags.DEFINE_list("recipes", list(RECIPES), "Which of them.")
flags.DEFINE_list("seeds", ["0", "1"], "Seeds of each.")
flags.DEFINE_integer("cpu_seconds", 600, "Of each run, start and validation included.")
flags.DEFINE_integer("start_interval", 2, "Frames between starts of real clips of a video.")
flags.DEFINE_string("runs", "runs/against_papers", "Folder of the runs.")
flags.DEFINE_string("output", "experiments/results/against_papers.csv", "CSV file of the rows.")
KEYS = ("recipe", "learning_rate", "seed", "cpu_seconds")


def main():
    values = flags.FLAGS
    if values.data is None:
        raise UsageError("--data: not given. Name a prepared folder")
    rows = trial.Rows(values.output, KEYS)
    for seed, recipe in itertools.product(values.seeds, values.recipes):
        for rate in RECIPES[recipe]:
            about = {"recipe": recipe, "learning_rate": rate or "own", "seed": seed}
            about["cpu_seconds"] = values.cpu_seconds
            if rows.find(**about) is None:
                rows.add(about | measure(values, recipe, rate, seed))


def measure(values, recipe, rate, seed):
    """Trains and scores one run: the rest of its row."""
    workdir = Path(values.runs) / f"{recipe}-{rate or 'own'}-{seed}"
    given = [f"--flagfile=experiments/{recipe}.flags", f"--data={values.data}", f"--seed={seed}"]
    given += ["--height=32", "--width=32", *values.flags.split()]
    given += [f"--learning_rate={rate}"] if rate else []
    apart = f"--eval_start_interval={values.start_interval}"
    given += ["--eval_videos=128", apart, f"--eval_interval={INTERVALS[recipe]}"]
    spent = trial.train(workdir, given, values.cpu_seconds)
    real = ["--num_videos=256", f"--start_interval={values.start_interval}"]
    found = trial.evaluate(workdir, workdir / "scores", "--checkpoint=best", *real)
    row = {"spent": round(spent), "steps": trial.steps_done(workdir)}
    row["n_real"] = found["protocol"]["n_real"]
    for name in SCORES:
        value, floor = (found["scores"][name][key] for key in ("value", "floor"))
        row |= {name: value, f"{name}_floor": floor}
    statistic = found["statistics"]["magnitude"]
    return row | {"magnitude": statistic["generated"], "magnitude_real": statistic["real"]}


if __name__ == "__main__":
    command.run(main)
