"""A tour of vgan with a few videos of your own: python -m vgan.tour --input=my_videos

Prepares them, trains for five minutes, scores clips, completes held-out ones and exports, by the
commands that are told as they run; then opens a page with all that came out. The same line goes on
where it was stopped.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

from absl import flags

from vgan.core import command
from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError, StorageError
from vgan.core.files import replace_text

TRAINING = (
    "--task=3*generation + prediction(given=4)",  # The former takes longer to learn.
    "--generator=layered(channels=24, redrawn=0)",
    "--discriminator=conv3d(channels=32, spectral_norm=False, minibatch_std=4)"
    " + frames2d(frames=4, spectral_norm=False)",
    "--adversarial=relativistic",
    "--r1_gamma=1",
    "--r2_gamma=1",
    "--diff_augment=shift+cutout",
    "--augment=flip",
    "--learning_rate=5e-4",
    "--beta_1=0",
    "--beta_2=0.99",
    "--batch_size=8",
    "--steps=100000",
)
"""The networks of experiments/folder.flags, for new clips and for the next frames of given ones."""

FRAMES = 16
FAST = 20
"""Frames a second above which every second one is enough."""

ENOUGH = f"at least two of {FRAMES} frames or more"

POLL = 1.0
"""Seconds between two looks at the clock."""

flags.DEFINE_string("input", None, "Folder of videos; subfolders become classes.")
flags.DEFINE_string("output", "runs/tour", "Folder of all that comes out.")
flags.DEFINE_float("minutes", 5, "Of training.")
flags.register_validator(  # Bounds of absl's own let NaN pass.
    "minutes", lambda minutes: 0.05 <= minutes <= 10_000, "must be from 0.05 to 10,000"
)
flags.DEFINE_integer("size", 32, "Height and width of clips in pixels.", lower_bound=16)
flags.DEFINE_bool("open", True, "Open the page in a browser.")


def main():
    command.need(input=f"Name a folder of videos, {ENOUGH}")
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # Without a GPU what is below looks like errors.
    try:
        _tour(flags.FLAGS)
    except KeyboardInterrupt:
        print("the same tour, by the same line, goes on from here", file=sys.stderr)
        raise


def _tour(values):
    folder = Path(values.output)
    asked, about = folder / "asked.json", {"input": values.input, "size": values.size}
    _check_same(asked, about)
    data, run, told = folder / "data", folder / "run", []
    given = [f"--input={values.input}", f"--output={data}", f"--size={values.size}"]
    prepare = "data_prep.prepare_clips", *given, f"--min_frames={FRAMES}"
    _run(told, *prepare, done=(data / "manifest.json").exists())
    training = [f"--data={data}", f"--workdir={run}", *_for_data(values, data), *TRAINING]
    replace_text(asked, json.dumps(about))
    _train(told, training, run, folder / "seconds.txt", values.minutes)
    evaluation = folder / "evaluation"
    scored = [f"--workdir={run}", f"--output={evaluation}", "--num_videos=64", "--overwrite"]
    scored.append("--task=generation")
    # A few videos may have too few clips for scores.
    _run(told, "vgan.evaluate", *scored, "--start_interval=2", allowed=DataError.exit_code)
    sheet = folder / "made.mp4"
    making = [f"--workdir={run}", "--num_videos=16", "--seed=0", "--zoom=4", f"--output={sheet}"]
    _run(told, "vgan.generate", *making, "--overwrite")
    from vgan.reports import tour  # TensorFlow takes seconds to load.
    from vgan.runs.checkpoints import saved_steps

    step = saved_steps(run / "checkpoints")[0]
    _run(told, "vgan.export", f"--workdir={run}", done=(run / "export" / str(step)).exists())
    page = folder / "index.html"
    tour.write(page, run, evaluation, told)
    print(f"\nwrote {page}: open it in a browser")
    if values.open:
        webbrowser.open(page.resolve().as_uri())


def _check_same(path, asked):
    """Raises StorageError for a folder that holds a tour of something else."""
    before = json.loads(path.read_text()) if path.exists() else asked
    if before != asked:
        flags_before = " ".join(f"--{name}={value}" for name, value in before.items())
        raise StorageError(
            f"output {str(path.parent)!r}: holds a tour of {flags_before}. Give the same, or "
            "another --output"
        )


def _for_data(values, data):
    """Flags that fit prepared videos: classes if any, and every second frame of fast ones."""
    from vgan.data.opening import open_windows

    size, manifest = values.size, json.loads((data / "manifest.json").read_text())
    clip = ClipSpec(FRAMES, size, size)
    for split in ("train", "test"):
        try:
            open_windows(str(data), clip, 1, split)
        except DataError:
            shutil.rmtree(data)  # The same line may be tried again with more of them.
            raise DataError(
                f"input {values.input!r}: too few videos to learn from some and hold one out. Give "
                f"{ENOUGH}"
            ) from None
    step = 1
    if manifest["fps"]["median"] > FAST:
        with contextlib.suppress(DataError):  # All are too short.
            counts = [_videos(open_windows(str(data), clip, n, "train")) for n in (1, 2)]
            step = 2 if counts[0] == counts[1] else 1
    found = [f"--frames={FRAMES}", f"--frame_step={step}", f"--height={size}", f"--width={size}"]
    return [*found, "--conditional"] if len(manifest["labels"]) > 1 else found


def _videos(windows):
    return len(set(windows.apart(1)[1].tolist()))


def _run(told, name, *given, done=False, allowed=0):
    """Runs a command unless it's done, and tells it; leaves with its exit code if not allowed."""
    _tell(told, name, given)
    if done:
        return
    code = subprocess.run([sys.executable, "-m", name, *given]).returncode
    if code not in (0, allowed):
        sys.exit(code)


def _train(told, given, run, clock, minutes):
    """Trains for so many minutes after the first checkpoint, in all sittings."""
    from vgan.runs.checkpoints import saved_steps

    _tell(told, "vgan.train", given)
    spent, seconds = float(clock.read_text()) if clock.exists() else 0.0, 60 * minutes
    if spent >= seconds:
        print(f"(Its {minutes:g} minutes are over: --minutes={2 * minutes:g} would go on.)")
        return
    print(f"(For {minutes:g} minutes, whatever it says is left.)", flush=True)
    process = subprocess.Popen([sys.executable, "-m", "vgan.train", *given])
    try:
        while process.poll() is None and spent < seconds:
            time.sleep(POLL)
            if saved_steps(run / "checkpoints"):
                spent += POLL
                replace_text(clock, f"{spent:.1f}")
    finally:
        if process.poll() is None:
            process.terminate()  # It saves its last step.
        code = process.wait()
    if code not in (0, 143):
        sys.exit(code)
    print(f"(The {minutes:g} minutes are over.)", flush=True)


def _tell(told, name, given):
    line = " ".join(["python -m", name, *(f'"{of}"' if " " in of else of for of in given)])
    told.append(line)
    print(f"\n$ {line}", flush=True)


if __name__ == "__main__":
    command.run(main)
