"""One way to train, at a fixed processor time: a row of what it scores, for the search of a recipe.

  python experiments/variant.py --name=people --data=FOLDER --cpu_seconds=300 \
    --flags="--conditional --batch_size=8"

The row has the flags in full. It is compared with real clips of both splits: those of the train
split show what is learnt, those of the test split may be of other people. Of shapes it also has
what tracks.py finds. Rows that exist aren't made again.
"""

import shlex

import held_out
import tracks
import trial
from absl import flags

from vgan.core import command

STATISTICS = (*trial.STATISTICS, "warp_error", "acceleration")

trial.define_flags("search", start_interval=2)
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
    # A flagfile among them may name data and steps of its own.
    given = ["--steps=1000000", *shlex.split(values.flags)]
    given += [f"--data={values.data}", f"--seed={values.seed}"]
    trial.train(workdir, given, values.cpu_seconds)
    row = about | {"steps": trial.steps_done(workdir)}
    for split in ("train", "test"):
        given = f"--start_interval={values.start_interval}"
        row |= trial.figures(workdir, given, split=split, statistics=STATISTICS)
    rows.add(row | _tracks(workdir, values.data))


def _tracks(workdir, data):
    """What tracking.py finds of made and of held-out shapes; nothing of other data."""
    names = [f"{name}{of}" for of in ("", "_real") for name in ("tracks_kept", "pixels_kept")]
    flat = data.startswith("shapes") and "scene=" not in data
    if not flat:
        return dict.fromkeys(names, "")
    run = held_out.of_workdir(workdir)
    made = run.sampling_model().sample(256, seed=1)
    real = held_out.clips(held_out.windows(run), range(256))[0]
    found = tracks.figures(made), tracks.figures(real)
    return {name: round(found["_real" in name][name.removesuffix("_real")], 4) for name in names}


if __name__ == "__main__":
    command.run(main)
