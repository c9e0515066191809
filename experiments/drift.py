"""How far predictions drift when a model goes on and on from its own frames.

  python experiments/drift.py --workdir=runs/prediction --experiment=prediction --parts=4

Held-out videos go on from their first frames as generate --input does it. A row is of one part, as
many frames as one clip adds: PSNR and SSIM against what really came, beside those of the last given
frame repeated; and what needs no such truth, in ratios to real frames: sharpness, and mean flow;
and how far the mean colour of a frame has gone from that of the last given one, in grey levels.
"""

from fractions import Fraction

import held_out
import numpy as np
import trial
from absl import flags

from vgan.core import command
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError

held_out.define_flags()
flags.DEFINE_integer("parts", 4, "How many clips it goes on for.", lower_bound=1)
flags.DEFINE_integer("num_videos", 32, "The most held-out videos.", lower_bound=1)
flags.DEFINE_integer("start_interval", 16, "Frames between starts in a video.", lower_bound=1)
flags.DEFINE_integer("seed", 1, "Of the latents.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/drift.csv", "CSV file that rows go to.")


def main():
    from vgan.tasks.ways import Continued

    values = flags.FLAGS
    run = held_out.restored()
    clip, task = run.card.clip, run.card.task.alone()
    way = task.way(clip.frames)
    if not isinstance(way, Continued):
        raise UsageError(f"--workdir: --task={task.text} predicts nothing. Give a prediction's")
    known, added = way.given, clip.frames - way.given
    windows = held_out.windows(run, ClipSpec(known + values.parts * added, *clip.shape[1:]))
    numbers = windows.apart(values.start_interval)[0][: values.num_videos]
    real, _, labels = held_out.clips(windows, numbers)
    how = run.sampling_model(), task, values.seed
    made = continued(*how, real[:, :known], labels, values.parts * added)
    about = {"experiment": values.experiment, "steps": run.step, "n_videos": len(real)}
    rows = []
    for part in range(values.parts):
        # With the frame before, for what is measured between frames.
        frames = slice(known + part * added - 1, known + (part + 1) * added)
        rows.append(about | {"part": part + 1} | figures(made[:, frames], real, frames, known))
        print(rows[-1])
    trial.Rows(values.output).add(*rows)


def continued(model, task, seed, begun, labels, added):
    """Videos uint8 [N, T, H, W, 3] and what follows them, as `generate --input` makes it."""
    from vgan.sampling.files import complete

    class Source(list):
        fps, size, num_frames, path = Fraction(25), begun.shape[2:4], begun.shape[1], "held out"

    videos = []
    for video, label in zip(begun, labels, strict=True):
        made = complete(model, task, Source(video), seed, int(label), None, added)
        videos.append(np.stack(list(made.frames)))
    return np.stack(videos)


def figures(made, real, part, known):
    """The columns of a part, whose first frame is the last one before."""
    from vgan.metrics import appearance, motion, paired
    from vgan.motion import estimators

    truth, still = real[:, part], np.broadcast_to(real[:, known - 1 : known], made.shape)
    row = {}
    for name, score in (("psnr", paired.psnr), ("ssim", paired.ssim)):
        row[name] = score(made[:, 1:], truth[:, 1:]).mean()
        row[f"{name}_last_frame"] = score(still[:, 1:], truth[:, 1:]).mean()
    for name, measure in (
        ("sharpness", lambda videos: appearance.statistics(videos)["sharpness"]),
        ("magnitude", lambda v: motion.statistics(v, estimators.farneback())["magnitude"]),
    ):
        row[f"{name}_ratio"] = measure(made).mean() / measure(truth).mean()
    for name, videos in (("", made), ("_real", truth)):
        colours = videos.mean((2, 3)) - still.mean((2, 3))
        row[f"colour_drift{name}"] = np.abs(colours[:, 1:]).mean()
    return {name: round(float(value), 4) for name, value in row.items()}


if __name__ == "__main__":
    command.run(main)
