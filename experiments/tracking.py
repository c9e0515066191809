"""Follows the forms in clips of shapes: do generated ones keep their colour and size?

  python experiments/tracking.py --workdir=runs/best --experiment=best

What is measured is said in tracks.py.
"""

import held_out
import trial
from absl import flags
from tracks import figures

from vgan.core import command

held_out.define_flags()
flags.DEFINE_integer("num_videos", 256, "Clips of each kind.", lower_bound=1)
flags.DEFINE_integer("seed", 1, "Of the made clips.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/tracking.csv", "CSV file that rows go to.")


def main():
    values = flags.FLAGS
    run = held_out.restored()
    made = run.sampling_model().sample(values.num_videos, values.seed)
    windows = held_out.windows(run)
    real = held_out.clips(windows, range(min(len(windows), values.num_videos)))[0]
    row = {"experiment": values.experiment, "steps": run.step, "seed": run.config.seed}
    row |= {"n_generated": len(made), "n_real": len(real)}
    made, real = figures(made), figures(real)
    for name in made:
        row |= {name: round(made[name], 4), f"{name}_real": round(real[name], 4)}
    print(row)
    trial.Rows(values.output).add(row)


if __name__ == "__main__":
    command.run(main)
