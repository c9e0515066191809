"""The families of models on the same data at equal processor time: quality, cost, size in a table.

  python experiments/families.py --name=shapes --data='shapes(objects=1)' --cpu_seconds=600
  python experiments/families.py --name=people --data=FOLDER --experiments=best,vae_gan,flow \
    --flags="--conditional --augment=flip --frame_step=2"

A row is one run of a flagfile, or of two of which the second begins with the first, scored against
held-out clips, each score with the half of its
interval of about 95 %, and its floor. PSNR is of held-out clips that went through an encoder and
back, for families that have one. Rows that exist aren't made again.
"""

import json
import re
import shlex
import time
from pathlib import Path

import held_out
import numpy as np
import trial
from absl import flags

from vgan.core import command

NAMES = ("base", "vae", "vae_gan", "flow", "few_steps", "diffusion")
BEGUN = {
    "few_steps": ("flow", "init_from"),
    "flow_on_latents": ("autoencoder", "codec"),
    "gan_on_latents": ("autoencoder", "codec"),
}
"""What others begin with, for half of the processor time, and the flag that names it."""

OF_FLAGFILE = {"flow_on_latents": "flow"}
"""Flagfiles of those that are called otherwise."""

DRAWN = 64
"""Clips by which the time of drawing is measured."""

trial.define_flags("families", start_interval=2)
flags.DEFINE_list("experiments", list(NAMES), "Flagfiles.")
flags.DEFINE_list("seeds", ["0"], "Seeds of each.")
flags.DEFINE_integer("cpu_seconds", 600, "Processor time of each run, with the start.")


def main():
    values = flags.FLAGS
    held_out.check_given("name", "data")
    rows = trial.Rows(values.output)
    for seed in values.seeds:
        for experiment in values.experiments:
            about = {"data": values.name, "experiment": experiment, "flags": values.flags}
            about |= {"seed": seed, "cpu_seconds": values.cpu_seconds}
            if rows.find(**about):
                continue
            workdir = trained(experiment, about, values.flags, values.cpu_seconds)
            rows.add(about | measured(workdir, values.start_interval))


def trained(experiment, about, more, cpu_seconds):
    """The workdir of a run of a flagfile, and of what it begins with."""
    values, flagfile = flags.FLAGS, OF_FLAGFILE.get(experiment, experiment)
    workdir = trial.folder(values.runs, about)
    given = [f"--flagfile=experiments/{flagfile}.flags", *shlex.split(more)]
    given += [f"--data={values.data}", f"--seed={about['seed']}", "--eval_interval=0"]
    if experiment in BEGUN:
        first, flag = BEGUN[experiment]
        theirs = f"{more} {_for_codec(flagfile, more)}" if flag == "codec" else more
        cpu_seconds /= 2
        begun = trained(first, about | {"experiment": f"half of {first}"}, theirs, cpu_seconds)
        given.append(f"--{flag}={begun}")
    trial.train(workdir, given, cpu_seconds)
    return workdir


def _for_codec(flagfile, more):
    """A compressor knows no classes, and is of the size of what learns on its latents."""
    text = f"{Path(f'experiments/{flagfile}.flags').read_text()} {more}"
    sizes = dict(re.findall(r"--(frames|height|width)=(\d+)", text))  # The last one counts.
    return " ".join(["--noconditional", *(f"--{side}={of}" for side, of in sizes.items())])


def measured(workdir, start_interval):
    """What a run is worth: the rest of its row."""
    row = {"steps": trial.steps_done(workdir)}
    row |= trial.figures(workdir, f"--start_interval={start_interval}")
    scores = json.loads((workdir / "test" / "scores.json").read_text())["scores"]
    psnr = scores.get("rebuilt_psnr", {"value": ""})["value"]
    for name in trial.SCORES:
        low, high = scores[name]["interval"] or (np.nan, np.nan)
        row[f"{name}_half_interval"] = round((high - low) / 2, 5)
    return row | {"psnr": psnr} | _cost(workdir)


def _cost(workdir):
    """Seconds of drawing a clip, and the megabytes of what draws."""
    run = held_out.of_workdir(workdir)
    model = run.sampling_model()
    model.sample(8)
    begin = time.perf_counter()
    model.sample(DRAWN)
    seconds = (time.perf_counter() - begin) / DRAWN
    networks = [run.model.average, *(run.model.codec.sampling_networks if run.config.codec else ())]
    weights = sum(w.nbytes for network in networks for w in network.get_weights())
    return {"seconds_a_clip": round(seconds, 4), "megabytes": round(weights / 1e6, 2)}


if __name__ == "__main__":
    command.run(main)
