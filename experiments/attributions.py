"""What do the critics of a run look at, and do the maps of that depend on their weights?

  python experiments/attributions.py --workdir=runs/base --experiment=base

Of made clips and of held-out ones, a row for each critic: the share of the map of integrated
gradients on pixels that move (half a pixel a frame or more, by DIS) beside the share of pixels that
do; the share of the verdict that the map leaves out; and the rank correlation of the map, and of
its absolute values, with that of the same critic with fresh random weights.
"""

import held_out
import numpy as np
import trial
from absl import flags

from vgan.core import command

held_out.define_flags()
flags.DEFINE_integer("num_videos", 16, "Clips of each kind.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Of the made clips, and of random weights.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/attributions.csv", "CSV file of the rows.")


def main():
    from vgan.motion import estimators
    from vgan.runs import trained
    from vgan.sampling import maps

    values = flags.FLAGS
    held_out.check_given("workdir", "experiment")
    run = trained.restore_one(values.workdir, values.checkpoint, values.trust_code, whole=True)
    number = values.num_videos
    real, _, labels = held_out.clips(held_out.windows(run), range(number))
    made = run.sampling_model().sample(number, values.seed)
    labels = np.int32(labels) if run.card.labels else np.zeros(number, np.int32)
    clips = {"made": (made, maps.turns(run.card, number)), "held out": (real, labels)}
    for kind, (videos, classes) in clips.items():
        found = maps.of_critics(run.model, run.card, videos, classes, estimators.dis(), values.seed)
        about = {"experiment": values.experiment, "steps": run.step, "seed": values.seed}
        about |= {"clips": f"{number} {kind}", "moving": round(found.moving, 4)}
        for critic, row in found.rows.items():
            figures = {name: round(value, 4) for name, value in row.items()}
            print(about | {"critic": critic} | figures)
            trial.Rows(values.output).add(about | {"critic": critic} | figures)


if __name__ == "__main__":
    command.run(main)
