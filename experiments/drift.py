"""How far predictions drift when a model goes on from its own frames, turn after turn.

  python experiments/drift.py --workdir=runs/prediction --experiment=prediction --turns=4

Held-out videos are given their first frames and go on for some turns of a clip each. A row tells,
of the frames of one turn: PSNR and SSIM against what really came, beside those of the last given
frame repeated; and what needs no such truth, in ratios to real frames: sharpness, and mean flow;
and how far the mean colour of a frame has gone from that of the last given one, in grey levels.
"""

import numpy as np
import trial
from absl import flags

from vgan import command
from vgan.clip import ClipSpec
from vgan.errors import UsageError

flags.DEFINE_string("workdir", None, "Folder of a training run of --task=prediction.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint of it.")
flags.DEFINE_string("experiment", None, "What it was: the flagfile's name, and what was changed.")
flags.DEFINE_integer("turns", 4, "How often it goes on.", lower_bound=1)
flags.DEFINE_integer("num_videos", 128, "At most so many held-out videos.", lower_bound=1)
flags.DEFINE_integer("start_interval", 16, "Frames between starts in a video.", lower_bound=1)
flags.DEFINE_integer("seed", 1, "Of the latents.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/drift.csv", "CSV file that rows go to.")


def main():
    from vgan import given, trained
    from vgan.data import pipeline
    from vgan.given import Task

    values = flags.FLAGS
    if None in (values.workdir, values.experiment):
        raise UsageError("--workdir, --experiment: both are needed")
    run = trained.restore(values.workdir, values.checkpoint)
    clip, config = run.config.clip, run.config
    nothing = np.zeros([1, *clip.shape], np.float32)
    kinds = given.to_rest(Task(config.task)(nothing, 0, np.zeros(1, np.int64)))[1]
    known = int((kinds == given.KNOWN).all((0, 2, 3, 4)).sum())
    added = clip.frames - known
    longer = ClipSpec(known + values.turns * added, *clip.shape[1:])
    windows = pipeline.open_windows(config.data, longer, config.frame_step, "test")
    numbers = windows.apart(values.start_interval)[0][: values.num_videos]
    real, labels = (np.stack(of) for of in zip(*(windows[n] for n in numbers), strict=True))
    made = continued(run.sampling_model(), kinds, real[:, :known], labels, values)
    about = {"experiment": values.experiment, "steps": run.step, "n_videos": len(real)}
    rows = []
    for turn in range(values.turns):
        # With the frame before, for what is measured between frames.
        part = slice(known + turn * added - 1, known + (turn + 1) * added)
        rows.append(about | {"turn": turn + 1} | figures(made[:, part], real, part, known))
        print(rows[-1])
    trial.Rows(values.output, ()).add(*rows)


def continued(model, kinds, made, labels, values):
    """Videos that go on from their last frames, uint8 [N, T, H, W, 3]."""
    known, frames = made.shape[1], kinds.shape[1]
    for turn in range(values.turns):
        last = made[:, -known:]
        window = np.concatenate([last, np.repeat(last[:, -1:], frames - known, 1)], 1)
        shown = np.broadcast_to(kinds, [*window.shape[:-1], 1])
        samples = np.arange(len(made)) + turn * len(made)
        clips = model.complete(window, shown, values.seed, samples, labels)
        made = np.concatenate([made, clips[:, known:]], 1)
    return made


def figures(made, real, part, known):
    """The columns of a turn; the first frame of it is the last one before."""
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
