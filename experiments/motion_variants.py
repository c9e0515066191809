"""What the variants of the motion-compensation loss, and the motion-compensated critic, do.

  python experiments/motion_variants.py --data=FOLDER --flags=--conditional --name=people

best.flags is trained with each variant for the same number of steps and judged by Farneback's
flow, which none of them trains on. R is what motion compensation leaves of what changes, e what
it leaves, c what changes at all. z is the Wasserstein-1 distance of a statistic's distribution to
that of held-out real clips, over the mean of the same between halves of the real clips that share
no source video. Rows that are there aren't made again.
"""

import itertools
import shlex
from pathlib import Path

import held_out
import numpy as np
import spread
import trial
from absl import flags

from vgan.core import command

CRITIC = " + compensated(pairs=1)"
VARIANTS = {
    "none": ("", ""),
    "one_sided": ("0.1*motion(variant='one_sided')", ""),
    "matching": ("0.1*motion(variant='matching')", ""),
    "critic": ("", CRITIC),
    "matching and critic": ("0.1*motion(variant='matching')", CRITIC),
}
"""Losses, and what is added to the critics."""

flags.DEFINE_string("data", None, "A prepared folder, or shapes().")
flags.DEFINE_string("name", None, "What the rows call it.")
flags.DEFINE_string("flags", "", "More flags of all runs, as on a command line.")
flags.DEFINE_list("variants", list(VARIANTS), "Which of them.")
flags.DEFINE_list("seeds", ["0", "1"], "Seeds of each.")
flags.DEFINE_integer("steps", 1000, "Of each run.")
flags.DEFINE_integer("num_videos", 256, "Made clips, and at most as many held-out real ones.")
flags.DEFINE_integer("start_interval", 16, "Frames between starts of real clips of a video.")
flags.DEFINE_string("runs", "runs/motion_variants", "Folder of the runs.")
flags.DEFINE_string("output", "experiments/results/motion_variants.csv", "CSV file of the rows.")
KEYS = ("data", "flags", "variant", "seed", "steps")


def main():
    values = flags.FLAGS
    held_out.check_given("data", "name")
    rows = trial.Rows(values.output, KEYS)
    for seed, variant in itertools.product(values.seeds, values.variants):
        about = {"data": values.name, "flags": values.flags, "variant": variant}
        about |= {"seed": seed, "steps": values.steps}
        if rows.find(**about) is None:
            workdir = trial.folder(values.runs, about)
            rows.add(about | measure(values, workdir, variant, seed))


def measure(values, workdir, variant, seed):
    """Trains and judges one run: the rest of its row."""
    losses, critic = VARIANTS[variant]
    flagfile = Path("experiments/best.flags").read_text()
    (critics,) = (
        line.partition("=")[2] for line in flagfile.splitlines() if "--discriminator=" in line
    )
    given = ["--flagfile=experiments/best.flags", f"--data={values.data}", f"--seed={seed}"]
    given += [f"--losses={losses}", f"--discriminator={critics}{critic}"]
    given += [f"--steps={values.steps}", "--eval_interval=0", *shlex.split(values.flags)]
    spent = trial.train(workdir, given)
    return {"cpu_seconds": round(spent)} | judge(values, workdir)


def judge(values, workdir):
    """The figures of a run."""
    from vgan.evaluation import scored
    from vgan.runs import trained

    run = trained.restore(workdir)
    made = run.sampling_model().sample(values.num_videos, seed=1)
    data = run.config.data, run.card.clip, run.config.frame_step
    real = scored.opened(*data, values.num_videos, 0, values.start_interval)
    result = real.score(made)
    sources = real.sets["test"].sources
    row = {"n_generated": len(made), "n_real": len(sources)}
    least = np.quantile(result.per_clip["change"]["real"], 0.1)
    sides = {side: _statistics(result.per_clip, side, least) for side in ("generated", "real")}
    for name in ("R", "e", "c"):
        made_values, real_values = (sides[side][name] for side in ("generated", "real"))
        row[f"z_{name}"] = round(spread.z(made_values, real_values, sources), 3)
    for name in ("magnitude", "sharpness"):
        found = result.statistics[name]
        row[f"{name}_ratio"] = round(found["generated"] / found["real"], 3)
    found = result.statistics["near_static"]
    row |= {"near_static": found["generated"], "near_static_real": found["real"]}
    for name in ("frechet_random3d", "frechet_random3d_dt", "frechet_motion"):
        row |= {name: result.scores[name]["value"], f"{name}_floor": result.scores[name]["floor"]}
    return row


def _statistics(per_clip, side, least):
    """R, e and c of each clip, e over the pixels whose flow can be followed, c over all."""
    residual, change = (per_clip[name][side] for name in ("warp_error", "change"))
    return {"R": residual / np.maximum(change, least), "e": residual, "c": change}


if __name__ == "__main__":
    command.run(main)
