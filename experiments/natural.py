"""Your own videos, at their own size, through a trained model: does it keep its promises?

  python experiments/natural.py --workdir=runs/denoising --inputs=a.mp4,b.mp4 --videos=out

Each goes through python -m vgan.generate --input, once, and a row says what it cost and whether
size, rate, frames and sound came out as they should. A seam is the mean step across the borders of
windows or tiles over the mean step elsewhere, 1 where borders can't be seen; those of the input at
the same places say how much of it is content.
"""

import itertools
import os
import subprocess
import sys
import time
import typing
from pathlib import Path

import av
import held_out
import trial
from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError
from vgan.runs import config

flags.DEFINE_string("workdir", None, "Folder of a training run with one --task.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint of it.")
config.define_trust_flag()
flags.DEFINE_list("inputs", None, "Video files.")
flags.DEFINE_integer("num_frames", 48, "How many a prediction adds.", lower_bound=1)
flags.DEFINE_string("videos", "runs/natural", "Folder of what is made.")
flags.DEFINE_string("output", "experiments/results/natural.csv", "CSV file that rows go to.")


def main():
    from vgan.runs import trained

    values = flags.FLAGS
    held_out.check_given("workdir", "inputs")
    run = trained.restore(values.workdir, values.checkpoint, trust_code=values.trust_code)
    blocks = Blocks.of(run.card, values.num_frames)
    for path in map(Path, values.inputs):
        output = Path(values.videos) / f"{path.stem}-{run.card.task.text.partition('(')[0]}.mp4"
        row = {"task": run.card.task.text, "input": path.name, "steps": run.step}
        row |= passed_through(values, blocks, path, output)
        print(row)
        trial.Rows(values.output).add(row)


class Blocks(typing.NamedTuple):
    """How a file goes through a model, block by block.

    Attributes:
      size: frames, rows and columns of the file that the model sees at once.
      overlap: how many of each neighbouring blocks share.
      rate, scale: times as many frames, times as large.
      added: frames that a prediction adds; turn: after how many of them it takes the next turn.
    """

    size: tuple
    overlap: tuple
    rate: int = 1
    scale: int = 1
    added: int = 0
    turn: int = 1

    @classmethod
    def of(cls, card, num_frames):
        """Those of a model by its card; raises UsageError where a file alone isn't enough."""
        from vgan.sampling.files import frames_of_turn, overlap_of, overlap_of_made
        from vgan.tasks import ways

        task, (frames, *space) = card.task.alone(), card.clip.shape[:3]
        in_time, *in_space = overlap_of(card.clip)
        match task.way(frames):
            case ways.Restored(scale):
                space = [side // scale for side in space]
                return cls((frames, *space), (in_time, *(n // 4 for n in space)), scale=scale)
            case ways.Continued(given):
                overlap = (in_time, *overlap_of_made(card.clip))
                turn = frames_of_turn(frames - given)
                return cls((frames, *space), overlap, added=num_frames, turn=turn)
            case ways.Raised(rate):
                given = frames // rate
                return cls((given, *space), (given // 2, *in_space), rate=rate)
        raise UsageError(f"--workdir: --task={task.text} isn't one that a file alone goes through")


def passed_through(values, blocks, path, output):
    """Completes one file: the rest of its row."""
    more = [f"--num_frames={blocks.added}"] if blocks.added else []
    given = [f"--workdir={values.workdir}", f"--checkpoint={values.checkpoint}"]
    given += [f"--input={path}", f"--output={output}", *more]
    seconds, mebibytes = cost("vgan.generate", *given)
    old, new = (about(file) for file in (path, output))
    row = {"seconds": round(seconds), "peak_mebibytes": round(mebibytes)}
    row |= {f"{name}_before": value for name, value in old.items()}
    row |= {f"{name}_after": value for name, value in new.items()}
    sound = min(old["sound_seconds"], old["frames"] / old["fps"])
    row["as_promised"] = (
        new["frames"] == blocks.rate * old["frames"] + blocks.added
        and new["fps"] == blocks.rate * old["fps"]
        and all(new[side] == blocks.scale * old[side] for side in ("width", "height"))
        and abs(new["sound_seconds"] - sound) < 0.1
    )
    return row | seams_of(blocks, path, output)


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


def seams_of(blocks, path, output):
    """Ratios of steps in time, down and across: of what was made, and of the input.

    None where there are no borders, or where the input has no such frames.
    """
    from vgan.media import seams
    from vgan.media.source import open_video

    source, made = open_video(path), open_video(output)
    count = sum(1 for _ in source)
    shape = count, *source.size
    places = seams.borders(shape, blocks.size, blocks.overlap, blocks.scale, blocks.rate)
    if blocks.added:
        # What is given is only copied: from its last frame on, each turn is a window.
        made = itertools.islice(made, count - 1, None)
        places[0] = list(range(1, blocks.added + 1, blocks.turn))
    found, of_input = seams.steps(made), seams.steps(source)
    row = {}
    for axis, name in enumerate(("time", "down", "across")):
        row[f"seam_{name}"] = _ratio(found[axis], places[axis])
        alike = len(found[axis]) == len(of_input[axis]) and not (blocks.added and not axis)
        row[f"seam_{name}_input"] = _ratio(of_input[axis], places[axis]) if alike else None
    return row


def _ratio(steps, places):
    from vgan.media import seams

    borders = len(set(places))
    return round(seams.step_ratio(steps, places), 3) if 0 < borders < len(steps) else None


if __name__ == "__main__":
    command.run(main)
