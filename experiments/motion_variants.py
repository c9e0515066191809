"""What the variants of the motion-compensation loss, and the motion-compensated critic, do.

  python experiments/motion_variants.py --data=FOLDER --flags=--conditional --name=people

two_stream.flags is trained with each variant for the same number of steps and judged by Farneback's
flow, which none of them trains on. c is what changes at all, e what motion compensation leaves of
it, R their ratio. z is the Wasserstein-1 distance of a statistic's distribution to
that of held-out real clips, over the mean of the same between halves of the real clips that share
no source video. Rows that exist aren't made again.
"""

import itertools
import shlex
from pathlib import Path

import held_out
import numpy as np
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

SPLITS = 50
"""Random ways to halve the source videos."""

trial.define_flags("motion_variants", start_interval=16)
flags.DEFINE_list("variants", list(VARIANTS), "Which of them.")
flags.DEFINE_list("seeds", ["0", "1"], "Seeds of each.")
flags.DEFINE_integer("steps", 1000, "Of each run.")
flags.DEFINE_integer("num_videos", 256, "Made clips, and at most as many held-out real ones.")


def main():
    values = flags.FLAGS
    held_out.check_given("data", "name")
    rows = trial.Rows(values.output)
    for seed, variant in itertools.product(values.seeds, values.variants):
        about = {"data": values.name, "flags": values.flags, "variant": variant}
        about |= {"seed": seed, "steps": values.steps}
        if rows.find(**about) is None:
            workdir = trial.folder(values.runs, about)
            rows.add(about | measure(values, workdir, variant, seed))


def measure(values, workdir, variant, seed):
    """Trains and judges one run: the rest of its row."""
    losses, critic = VARIANTS[variant]
    lines = Path("experiments/two_stream.flags").read_text().splitlines()
    (critics,) = (line.partition("=")[2] for line in lines if "--discriminator=" in line)
    given = ["--flagfile=experiments/two_stream.flags", f"--data={values.data}", f"--seed={seed}"]
    given += [f"--losses={losses}", f"--discriminator={critics}{critic}"]
    given += [f"--steps={values.steps}", "--eval_interval=0", *shlex.split(values.flags)]
    spent = trial.train(workdir, given)
    return {"cpu_seconds": round(spent)} | judge(values, workdir)


def judge(values, workdir):
    """The figures of a run."""
    from vgan.evaluation import scored
    from vgan.runs import trained

    run = trained.restore(workdir, trust_code=True)
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
        row[f"z_{name}"] = round(z(made_values, real_values, sources), 3)
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


def z(made, real, sources):
    """How far made values lie from real ones, over how far halves of the real ones do.

    Args:
      made, real: one value a clip.
      sources: the video that each real clip is of; halves share none.
    """
    random, videos, halves = np.random.default_rng(0), np.unique(sources), []
    if len(videos) < 2:
        raise ValueError("the real clips are of one video, which has no halves")
    for _ in range(SPLITS):
        first = np.isin(sources, random.permutation(videos)[: len(videos) // 2])
        halves.append(wasserstein(real[first], real[~first]))
    return wasserstein(made, real) / np.mean(halves)


def wasserstein(one, other):
    """The one-dimensional Wasserstein-1 distance of two samples: the area between their CDFs."""
    places = np.sort(np.concatenate([one, other]))
    cdfs = [np.searchsorted(np.sort(x), places[:-1], side="right") / len(x) for x in (one, other)]
    return float((np.abs(cdfs[0] - cdfs[1]) * np.diff(places)).sum())


if __name__ == "__main__":
    command.run(main)
