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
import typing
from pathlib import Path

import av
import numpy as np
import trial
from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError

flags.DEFINE_string("workdir", None, "Folder of a training run with one --task.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint of it.")
flags.DEFINE_list("inputs", None, "Video files.")
flags.DEFINE_integer("num_frames", 48, "How many a prediction adds.", lower_bound=1)
flags.DEFINE_string("videos", "runs/natural", "Folder of what is made.")
flags.DEFINE_string("output", "experiments/results/natural.csv", "CSV file that rows go to.")


def main():
    from vgan.runs import trained

    values = flags.FLAGS
    if None in (values.workdir, values.inputs):
        raise UsageError("--workdir, --inputs: both are needed")
    run = trained.restore(values.workdir, values.checkpoint)
    way = Way.of(run, values.num_frames)
    for path in map(Path, values.inputs):
        output = Path(values.videos) / f"{path.stem}-{run.config.task.partition('(')[0]}.mp4"
        row = {"task": run.config.task, "input": path.name, "steps": run.step}
        row |= passed_through(values, way, path, output)
        print(row)
        trial.Rows(values.output, ()).add(row)


class Way(typing.NamedTuple):
    """What a task does with a whole file.

    Attributes:
      block, overlap: frames, rows and columns of the file that a model sees at once, and shares.
      rate, scale: times as many frames, times as large.
      added: frames that a prediction adds; turn: after how many of them it takes the next turn.
    """

    block: tuple
    overlap: tuple
    rate: int = 1
    scale: int = 1
    added: int = 0
    turn: int = 1

    @classmethod
    def of(cls, run, num_frames):
        """That of a trained.Restored; raises UsageError for a task that needs more than a file."""
        from vgan.sampling.files import LEAST_GIVEN, frames_of_turn, overlap_of, overlap_of_made
        from vgan.tasks import given
        from vgan.tasks.task import Task

        task, clip = Task(run.config.task).alone(), run.config.clip
        nothing = np.zeros([1, *clip.shape], np.float32)
        _, kinds = given.to_rest(task(nothing, 0, np.zeros(1, np.int64)))
        known = np.flatnonzero((kinds == given.KNOWN).all((0, 2, 3, 4)))
        sides, shared = clip.shape[:3], overlap_of(clip)
        if (kinds == given.HINT).all():
            small = [(side // task.scale, side // task.scale // 4) for side in sides[1:]]
            block, overlap = zip((sides[0], shared[0]), *small, strict=True)
            return cls(block, overlap, scale=task.scale)
        if known.tolist() == list(range(len(known))) != []:
            turn = frames_of_turn(clip.frames - len(known))
            overlap = (shared[0], *overlap_of_made(clip))
            return cls(sides, overlap, added=num_frames, turn=turn)
        if len(known) >= LEAST_GIVEN and known.tolist() == list(range(0, clip.frames, known[1])):
            frames = len(known)
            return cls((frames, *sides[1:]), (frames // 2, *shared[1:]), rate=int(known[1]))
        raise UsageError(f"--workdir: --task={task.text} isn't one that a file alone goes through")


def passed_through(values, way, path, output):
    """Completes one file: the rest of its row."""
    more = [f"--num_frames={way.added}"] if way.added else []
    given = [f"--workdir={values.workdir}", f"--checkpoint={values.checkpoint}"]
    given += [f"--input={path}", f"--output={output}", *more]
    seconds, mebibytes = cost("vgan.generate", *given)
    old, new = (about(file) for file in (path, output))
    row = {"seconds": round(seconds), "peak_mebibytes": round(mebibytes)}
    row |= {f"{name}_before": value for name, value in old.items()}
    row |= {f"{name}_after": value for name, value in new.items()}
    sound = min(old["sound_seconds"], old["frames"] / old["fps"])
    row["as_promised"] = (
        new["frames"] == way.rate * old["frames"] + way.added
        and new["fps"] == way.rate * old["fps"]
        and (new["width"], new["height"]) == (way.scale * old["width"], way.scale * old["height"])
        and abs(new["sound_seconds"] - sound) < 0.1
    )
    return row | seams_of(way, path, output)


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
        row = {"fps": float(stream.average_rate), "width": stream.width, "height": stream.height}
        row["frames"] = sum(1 for _ in container.decode(stream))
    with av.open(str(path)) as container:
        sound = container.streams.audio
        frames = container.decode(sound[0]) if sound else ()
        row["sound_seconds"] = round(sum(f.samples / f.sample_rate for f in frames), 2)
    return row


def seams_of(way, path, output):
    """Ratios of steps in time, down and across: of what was made, and of the input.

    None where there are no borders, or where the input has no such frames.
    """
    from vgan.media import seams
    from vgan.media.source import open_video

    source, made = open_video(path), open_video(output)
    count = sum(1 for _ in source)
    places = seams.borders((count, *source.size), way.block, way.overlap, way.scale, way.rate)
    if way.added:
        # What is given is only copied: from its last frame on, each turn is a window.
        made = itertools.islice(made, count - 1, None)
        places[0] = list(range(1, way.added + 1, way.turn))
    found, of_input = seams.steps(made), seams.steps(source)
    row = {}
    for axis, name in enumerate(("time", "down", "across")):
        row[f"seam_{name}"] = _ratio(found[axis], places[axis])
        alike = len(found[axis]) == len(of_input[axis]) and not (way.added and not axis)
        row[f"seam_{name}_input"] = _ratio(of_input[axis], places[axis]) if alike else None
    return row


def _ratio(steps, places):
    from vgan.media import seams

    borders = len(set(places))
    return round(seams.step_ratio(steps, places), 3) if 0 < borders < len(steps) else None


if __name__ == "__main__":
    command.run(main)
