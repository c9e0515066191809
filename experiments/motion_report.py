"""Prints how a run's clips move beside held-out real ones, and how near they lie to training clips.

  python experiments/motion_report.py --workdir=runs/base

Farneback flow measures the motion, whatever estimator the run was trained with. Nearness is the
root mean square difference, in grey levels, to the nearest training clip or its mirror image.
Real clips are spread evenly over the windows of the split. With --output a row is added to a CSV.
"""

import csv
import json
from pathlib import Path

import numpy as np
from absl import flags

from vgan import command
from vgan.errors import UsageError

flags.DEFINE_string("workdir", None, "Folder of a training run.")
flags.DEFINE_string("data", None, "The run's data, where they have been moved.")
flags.DEFINE_integer("num_videos", 256, "How many made clips, and at most how many real ones.")
flags.DEFINE_integer("seed", 0, "Seed of the made clips.", lower_bound=0)
flags.DEFINE_string("output", None, "CSV file to which the figures are added as a row.")


def main():
    values = flags.FLAGS
    if values.workdir is None:
        raise UsageError("--workdir: not given. Name the folder of a training run")
    import vgan
    from vgan import spec
    from vgan.data import pipeline
    from vgan.metrics import motion

    model = vgan.load(values.workdir)
    run = json.loads((Path(values.workdir) / "config.json").read_text())["config"]
    train, test = (
        pipeline.open_windows(values.data or run["data"], model.clip, run["frame_step"], split)
        for split in ("train", "test")
    )
    made = model.sample(values.num_videos, values.seed)
    real = _spread(test, values.num_videos)
    estimate = spec.build(spec.parse("farneback()"), "vgan.motion.estimators.{}")
    of_made, of_real = motion.statistics(made, estimate), motion.statistics(real, estimate)
    still = motion.near_static_limit(of_real["magnitude"])
    known = _spread(train, 2048)
    row = {"run": Path(values.workdir).name, "made": len(made), "real": len(real)}
    for name in of_made:
        row |= {f"{name}_made": of_made[name].mean(), f"{name}_real": of_real[name].mean()}
    row["magnitude_ratio"] = row["magnitude_made"] / row["magnitude_real"]
    for kind, found in (("made", of_made), ("real", of_real)):
        row[f"near_static_{kind}"] = (found["magnitude"] < still).mean()
    row |= {"nearest_made": nearest(made, known), "nearest_real": nearest(real, known)}
    row = {name: round(v, 4) if isinstance(v, float) else v for name, v in row.items()}
    for name, value in row.items():
        print(f"{name:20} {value}")
    if values.output:
        _append(Path(values.output), row)


def nearest(clips, known):
    """The mean over clips of the root mean square difference to the nearest known clip."""
    clips, known = (v.reshape(len(v), -1).astype(np.float32) for v in (clips, _mirrored(known)))
    products = clips @ known.T
    squares = (clips**2).sum(1)[:, None] - 2 * products + (known**2).sum(1)
    return float(np.sqrt(np.maximum(squares.min(1), 0) / clips.shape[1]).mean())


def _mirrored(clips):
    return np.concatenate([clips, clips[:, :, :, ::-1]])


def _spread(windows, most):
    chosen = np.linspace(0, len(windows) - 1, min(most, len(windows))).astype(int)
    return np.stack([windows[int(position)][0] for position in chosen])


def _append(path, row):
    begin = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if begin:
            writer.writeheader()
        writer.writerow(row)


if __name__ == "__main__":
    command.run(main)
