"""Can a model that makes clips of noise learn eight by heart?

  python experiments/by_heart.py --flags="--flagfile=experiments/flow.flags" --cpu_seconds=900

It is trained on 8 clips of shapes. Each of the clips that it then makes is compared with the one of
the eight that it is nearest to, in dB (PSNR): the mean over 32 of them, the least, and how many of
the eight are nearest to some made one.
"""

import shlex

import held_out
import numpy as np
import trial
from absl import flags

from vgan.core import command

MADE = 32
DATA = "shapes(objects=1, num_videos=8)"

flags.DEFINE_string("flags", "", "Of the run, as on a command line.")
flags.DEFINE_string("runs", "runs/by_heart", "Folder of the runs.")
flags.DEFINE_string("output", "experiments/results/by_heart.csv", "CSV file of the rows.")
flags.DEFINE_integer("cpu_seconds", 900, "Processor time, with the start.")


def main():
    values = flags.FLAGS
    from vgan.data.opening import open_windows

    about = {"flags": values.flags, "cpu_seconds": values.cpu_seconds}
    rows = trial.Rows(values.output)
    if rows.find(**about):
        return
    workdir = trial.folder(values.runs, about)
    given = ["--steps=1000000", *shlex.split(values.flags), f"--data={DATA}"]
    trial.train(workdir, given, values.cpu_seconds)
    run = held_out.of_workdir(workdir)
    windows = open_windows(DATA, run.card.clip, run.config.frame_step, "train")
    known = held_out.clips(windows, range(len(windows)))[0].astype(float)
    made = run.sampling_model().sample(MADE, seed=1).astype(float)
    errors = np.square(made[:, None] - known).mean(axis=(2, 3, 4, 5))
    psnr = 10 * np.log10(255**2 / errors.min(axis=1))
    row = about | {"steps": trial.steps_done(workdir), "psnr": round(psnr.mean(), 2)}
    row |= {"psnr_least": round(psnr.min(), 2), "clips_found": len(set(errors.argmin(axis=1)))}
    print(row)
    rows.add(row)


if __name__ == "__main__":
    command.run(main)
