"""Videos of one's own, at their own size, through a trained model: does it hold its promises?

  python experiments/natural.py --workdir=runs/denoising --inputs=a.mp4,b.mp4 --videos=out

Each goes through python -m vgan.generate --input, once, and a row tells what it cost and whether
size, rate, frames and sound came out as they should. A seam is the mean step across the borders of
windows or tiles over the mean step elsewhere, 1 where borders can't be seen; those of the input at
the same places tell what of it is content.
"""

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import trial
from absl import flags

from vgan import command
from vgan.errors import UsageError

flags.DEFINE_string("workdir", None, "Folder of a training run with one --task.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint of it.")
flags.DEFINE_list("inputs", None, "Video files.")
flags.DEFINE_integer("num_frames", 48, "How many a prediction adds.", lower_bound=1)
flags.DEFINE_string("videos", "runs/natural", "Folder of what is made.")
flags.DEFINE_string("output", "experiments/results/natural.csv", "CSV file that rows go to.")


def main():
    from vgan import trained
    from vgan.given import Task

    values = flags.FLAGS
    if None in (values.workdir, values.inputs):
        raise UsageError("--workdir, --inputs: both are needed")
    run = trained.restore(values.workdir, values.checkpoint)
    task = Task(run.config.task)
    for path in map(Path, values.inputs):
        name = f"{path.stem}-{run.config.task.partition('(')[0]}.mp4"
        output = Path(values.videos) / name
        row = {"task": run.config.task, "input": path.name, "steps": run.step}
        row |= passed_through(values, task, run.config.clip, path, output)
        print(row)
        trial.Rows(values.output, ()).add(row)


def passed_through(values, task, clip, path, output):
    """Completes one file: the rest of its row."""
    ahead = task.text.startswith(("prediction", "animation"))
    more = [f"--num_frames={values.num_frames}"] if ahead else []
    given = [f"--workdir={values.workdir}", f"--checkpoint={values.checkpoint}"]
    seconds, mebibytes = cost(
        "vgan.generate", *given, f"--input={path}", f"--output={output}", *more
    )
    rate = 2 if task.text.startswith("interpolation") else 1
    added = values.num_frames if ahead else 0
    old, new = (about(file) for file in (path, output))
    row = {"seconds": round(seconds), "peak_mebibytes": round(mebibytes)}
    row |= {f"{name}_before": value for name, value in old.items()}
    row |= {f"{name}_after": value for name, value in new.items()}
    row["as_promised"] = (
        new["frames"] == rate * old["frames"] + added
        and new["fps"] == rate * old["fps"]
        and new["size"] == old["size"]
        and abs(new["sound_seconds"] - min(old["sound_seconds"], old["frames"] / old["fps"])) < 0.1
    )
    return row | seams_of(task, clip, path, output, rate, added)


def cost(module, *arguments):
    """Seconds and peak MiB of a command."""
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", module, *arguments, "--overwrite"])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{module}: ended with code {process.returncode}")
    return time.monotonic() - started, used.ru_maxrss / 1024


def about(path):
    """What a file is: frames, frames a second, size, and seconds of sound."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        row = {"fps": float(stream.average_rate), "size": f"{stream.width}x{stream.height}"}
        row["frames"] = sum(1 for _ in container.decode(stream))
    with av.open(str(path)) as container:
        sound = container.streams.audio
        frames = container.decode(sound[0]) if sound else ()
        row["sound_seconds"] = round(sum(f.samples / f.sample_rate for f in frames), 2)
    return row


def seams_of(task, clip, path, output, rate, added):
    """Ratios of steps in time, down and across: of what was made, and of the input."""
    from vgan.stream import seams
    from vgan.stream.source import open_video

    source, made = open_video(path), open_video(output)
    count = sum(1 for _ in source)
    (frames, *sides), (quarter, *shared) = clip.shape[:3], [side // 4 for side in clip.shape[:3]]
    block = (frames // rate, *sides)
    overlap = (quarter if rate == 1 else block[0] // 2, *shared)
    places = seams.borders((count, *source.size), block, overlap, rate=rate)
    if added:
        # What is given is only copied: from its last frame on, each turn is a window.
        made = itertools.islice(made, count - 1, None)
        places[0] = list(range(1, added, frames - known_frames(task, clip)))
    found = {"": seams.steps(made), "_input": seams.steps(source)}
    row = {}
    for axis, name in enumerate(("time", "down", "across")):
        for whose, steps in found.items():
            same_frames = rate == 1 and not added
            if axis or not whose or same_frames:
                ratio = seams.step_ratio(steps[axis], places[axis])
                row[f"seam_{name}{whose}"] = round(ratio, 3)
            else:
                row[f"seam_{name}{whose}"] = None
    return row


def known_frames(task, clip):
    """How many frames of a clip a task gives."""
    from vgan import given

    _, kinds = given.to_rest(task(np.zeros([1, *clip.shape], np.float32), 0, np.zeros(1, np.int64)))
    return int((kinds == given.KNOWN).all((0, 2, 3, 4)).sum())


if __name__ == "__main__":
    command.run(main)
