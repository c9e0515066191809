"""kill -9 at random moments: does a preparation go on to the same bytes?

  python experiments/kill_preparation.py --moments=20

A preparation of some good and some damaged files is killed at a seeded share of the time that an
undisturbed one takes: by turns the whole process group, and the parent alone, whose workers live on
for a moment. Then the same command runs to its end at once. While it runs, and after the kill, the
folder's final name is checked every few milliseconds: it must not exist, or be whole.

The rows here were made on two cores of an AMD EPYC under Linux that had other work.
"""

import filecmp
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mutants
import numpy as np
import trial
from absl import flags

from data_prep import inspect
from data_prep.base.reading import Prepared
from vgan.core import command
from vgan.core.errors import DataError

_LOOK = 0.005  # Seconds.

flags.DEFINE_integer("moments", 20, "How many.", lower_bound=1)
flags.DEFINE_integer("files", 100, "Of each container.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Of the moments.")
flags.DEFINE_integer("workers", 2, "Processes.", lower_bound=1)
flags.DEFINE_string("output", "experiments/results/kill_preparation.csv", "CSV file of the rows.")


def main():
    values = flags.FLAGS
    random = np.random.default_rng(values.seed)
    with tempfile.TemporaryDirectory() as folder:
        raw, straight = Path(folder, "raw"), Path(folder, "straight")
        originals = mutants.originals()
        for container in mutants.VIDEOS:
            mutants.write(raw, originals, container, range(values.files))
        begun = time.monotonic()
        watched(raw, straight, values.workers)
        seconds = time.monotonic() - begun
        rows = trial.Rows(values.output)
        for moment in range(values.moments):
            part, what = random.uniform(0.02, 1), ("group", "parent")[moment % 2]
            row = {"seed": values.seed, "moment": moment}
            if rows.find(**row):
                continue
            row |= {"files": 6 * values.files, "part": round(part, 3)}
            output = Path(folder, f"out{moment}")
            row |= killed_and_resumed(raw, output, values.workers, part * seconds, what)
            row["same_bytes"] = same(straight, output)
            print(row, flush=True)
            rows.add(row)


def watched(raw, output, workers, seconds=float("inf"), what="group"):
    """Runs a preparation in a process group of its own, and after `seconds` kills it.

    Args:
      raw, output, workers: its input, its output, beside which it prints into a file, its workers.
      seconds: after which it is killed.
      what: is killed, the "parent" alone, or its "group".
    Returns:
      whether it was killed; how often its final name was not whole; and what it printed.
    """
    line = [sys.executable, "-m", "data_prep.prepare_clips", f"--input={raw}"]
    line += [f"--output={output}", "--size=32", "--max_bad_fraction=1", f"--workers={workers}"]
    log = output.with_name(f"{output.name}-log.txt")
    with log.open("w") as file:
        process = subprocess.Popen(line, stdout=file, stderr=file, start_new_session=True)
    end, unfinished, known = time.monotonic() + seconds, 0, False
    while (running := process.poll() is None) and time.monotonic() < end:
        if not known and output.exists():
            known = True
            unfinished += not is_whole(output)
        time.sleep(_LOOK)
    if running:
        (os.killpg if what == "group" else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
    elif process.returncode:
        raise SystemExit(f"{log.read_text()}it ended with code {process.returncode}")
    if output.exists():
        unfinished += not is_whole(output)
    return running, unfinished, log.read_text()


def killed_and_resumed(raw, output, workers, seconds, what):
    """Columns of a preparation that is killed and goes on.

    One that ends before that, since the machine is sometimes busier than at others, is repeated
    with a shorter time.
    """
    killed, unfinished = False, 0
    while not killed or output.exists():
        shutil.rmtree(output, ignore_errors=True)
        killed, seen, _ = watched(raw, output, workers, seconds, what)
        row = {"after_seconds": round(seconds, 2), "killed": what}
        unfinished, seconds = unfinished + seen, seconds * 0.8
    _, seen, said = watched(raw, output, workers)
    found = re.search(r"going on: (\d+) of", said)
    time.sleep(2)  # Workers of a killed parent are gone by now.
    left_over = sum(".incomplete-" in path.name for path in output.parent.iterdir())
    return row | {
        "went_on_from": int(found[1]) if found else 0,
        "seen_unfinished": unfinished + seen,
        "left_over": left_over,
    }


def is_whole(folder):
    """Whether prepared data verifies."""
    try:
        inspect.verify(Prepared(folder), lambda done: None)
    except (DataError, OSError) as error:
        print(error, flush=True)
        return False
    return True


def same(one, other):
    """Whether two folders have the same names and bytes."""
    names, others = (sorted(path.name for path in folder.iterdir()) for folder in (one, other))
    return names == others and filecmp.cmpfiles(one, other, names, shallow=False)[0] == names


if __name__ == "__main__":
    command.run(main)
