"""Follows the forms in clips of shapes: do generated ones keep their colour and size?

  python experiments/tracking.py --workdir=runs/best --experiment=best

What is followed, and what counts as kept, tracks.py tells. The figures are given for made and for
held-out real clips.
"""

import numpy as np
import tracks
import trial
from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError

flags.DEFINE_string("workdir", None, "Folder of a training run on shapes.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint of it.")
flags.DEFINE_string("experiment", None, "What it was: the flagfile's name, and what was changed.")
flags.DEFINE_integer("num_videos", 256, "Clips of each kind.", lower_bound=1)
flags.DEFINE_integer("seed", 1, "Of the made clips.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/tracking.csv", "CSV file that rows go to.")


def main():
    from vgan.data import pipeline
    from vgan.runs import trained

    values = flags.FLAGS
    if None in (values.workdir, values.experiment):
        raise UsageError("--workdir, --experiment: both are needed")
    run = trained.restore(values.workdir, values.checkpoint)
    made = run.sampling_model().sample(values.num_videos, values.seed)
    config = run.config
    windows = pipeline.open_windows(config.data, config.clip, config.frame_step, "test")
    real = np.stack([windows[number][0] for number in range(min(len(windows), values.num_videos))])
    row = {"experiment": values.experiment, "steps": run.step, "seed": config.seed}
    row |= {"n_generated": len(made), "n_real": len(real)}
    made, real = tracks.figures(made), tracks.figures(real)
    for name in made:
        row |= {name: round(made[name], 4), f"{name}_real": round(real[name], 4)}
    print(row)
    trial.Rows(values.output, ()).add(row)


if __name__ == "__main__":
    command.run(main)
