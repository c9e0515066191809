"""What models of tasks are given, what they make, and what was real: a row for each run.

  python experiments/task_pictures.py --workdirs=runs/prediction,runs/denoising --output=tasks.webp

Each row shows held-out clips in threes: given, made, real. They are spread evenly through the
split, so none is picked by eye.
"""

import held_out
import numpy as np
from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError
from vgan.runs import config

flags.DEFINE_list("workdirs", None, "Folders of training runs with a --task, of clips of one size.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint of each.")
config.define_trust_flag()
flags.DEFINE_integer("num_videos", 3, "How many clips of each.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Of what is given and of the latents.", lower_bound=0)
flags.DEFINE_integer("zoom", 2, "How many times to enlarge each pixel.", lower_bound=1)
command.define_output("out.webp, .gif or .mp4.")


def main():
    values = flags.FLAGS
    command.need(workdirs="Name the folders of training runs")
    output = command.output_file()
    from vgan.media.clips import grid, write_video
    from vgan.runs import trained

    rows = []
    for workdir in values.workdirs:
        run = trained.restore(workdir, values.checkpoint, trust_code=values.trust_code)
        rows.append(grid(np.stack(row(run, values)), values.num_videos))
        if rows[-1].shape != rows[0].shape:
            raise UsageError(f"--workdirs: {workdir} has clips of another size than the first")
    output.parent.mkdir(parents=True, exist_ok=True)
    write_video(output, grid(np.stack(rows), 1), run.card.fps, values.zoom)
    print(f"wrote {output}")


def row(run, values):
    """A list of given, made and real side by side, for each clip."""
    model, windows = run.sampling_model(), held_out.windows(run)
    numbers = np.linspace(0, len(windows) - 1, values.num_videos).round().astype(int)
    real, beside, labels = held_out.clips(windows, numbers)
    pixels, kinds = model.show(real, values.seed, source=beside)
    made = model.complete(pixels, kinds, values.seed, labels=labels)
    return [np.concatenate(three, axis=2) for three in zip(pixels, made, real, strict=True)]


if __name__ == "__main__":
    command.run(main)
