"""Runs of a fixed cost whose figures become rows of a CSV file, for the comparisons here.

A row that exists isn't made again, so a comparison can be made in several sessions.
"""

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from absl import flags

SCORES = ("frechet_random3d", "frechet_random3d_dt", "frechet_motion", "coverage")
STATISTICS = ("magnitude", "change", "sharpness")
POLL = 0.5
"""Seconds between two looks at what a run has cost."""


class Rows:
    """The rows of a CSV file, found by the columns that say what was run.

    Args:
      path: of the file; it begins with the first row.
    """

    def __init__(self, path):
        self._path = Path(path)

    def find(self, **about):
        """The row of a run as a dict of texts, None if it was not made yet."""
        if not self._path.exists():
            return None
        with self._path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        wanted = {key: str(value) for key, value in about.items()}
        return next((row for row in rows if wanted.items() <= row.items()), None)

    def add(self, *rows):
        """Appends dicts of the same columns."""
        if self._path.exists():
            with self._path.open(newline="") as file:
                columns = next(csv.reader(file))
            if columns != list(rows[0]):
                raise SystemExit(f"{self._path}: has other columns. Name another --output")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            if not file.tell():
                writer.writeheader()
            writer.writerows(rows)


def define_flags(name, start_interval):
    """Defines the flags of a comparison of this name: its data, what else its runs have, its rows.

    Args:
      name: of the folder of the runs, and of the CSV file.
      start_interval: the default of that flag.
    """
    flags.DEFINE_string("name", None, "What the rows call the data.")
    flags.DEFINE_string("data", None, "A prepared folder, the same for all, or shapes().")
    flags.DEFINE_string("flags", "", "More flags of all runs, as on a command line.")
    about = "Frames between starts of real clips of a video."
    flags.DEFINE_integer("start_interval", start_interval, about)
    flags.DEFINE_string("runs", f"runs/{name}", "Folder of the runs.")
    flags.DEFINE_string("output", f"experiments/results/{name}.csv", "CSV file of the rows.")


def folder(runs, about):
    """The workdir of a run, named by the columns that say what it is."""
    text = "-".join(str(value) for value in about.values())
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return Path(runs) / f"{re.sub('[^0-9A-Za-z.]+', '-', text)[:60]}-{digest}"


def train(workdir, given, cpu_seconds=None):
    """Trains with python -m vgan.train, and stops it once it has cost `cpu_seconds`.

    The workdir's log.txt is what it printed, cpu_seconds.txt what it has cost in all sessions. A
    stopped run has saved its last step.

    Args:
      workdir: folder of the run.
      given: list of its flags.
      cpu_seconds: of processor time, of all threads; None to let it come to its end.
    Returns:
      processor seconds that it took, in all sessions.
    """
    workdir = Path(workdir)
    workdir.mkdir(parents=True, exist_ok=True)
    cost = workdir / "cpu_seconds.txt"
    before = float(cost.read_text()) if cost.exists() else 0.0
    if cpu_seconds is not None and before >= cpu_seconds:
        return before
    command = [sys.executable, "-m", "vgan.train", *given, f"--workdir={workdir}"]
    with (workdir / "log.txt").open("a") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for spent in _costs(process, cpu_seconds and cpu_seconds - before):
                cost.write_text(f"{before + spent:.1f}")
        finally:
            process.kill()
    if process.returncode not in (0, 128 + signal.SIGTERM):
        raise SystemExit(f"{workdir}/log.txt: the run ended with code {process.returncode}")
    return float(cost.read_text())


def _costs(process, limit):
    """Yields what the process has cost so far, and ends it once it reaches a limit."""
    spent, asked = 0.0, False
    while process.poll() is None:
        spent = max(spent, _cpu_seconds(process.pid))
        yield spent
        if limit is not None and spent >= limit and not asked:
            process.terminate()
            asked = True
        time.sleep(POLL)


def _cpu_seconds(pid):
    """Of all threads of a Linux process; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    user, system = fields[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def figures(workdir, *given, split="test", statistics=STATISTICS):
    """The columns of a row with what python -m vgan.evaluate finds of a run against one split."""
    command = [sys.executable, "-m", "vgan.evaluate", f"--workdir={workdir}", f"--split={split}"]
    command += [f"--output={workdir / split}", "--num_videos=256", "--overwrite", *given]
    subprocess.run(command, check=True)
    scores, row = json.loads((workdir / split / "scores.json").read_text()), {}
    for name in SCORES:
        found = scores["scores"][name]
        row |= {f"{name}_{split}": found["value"], f"{name}_{split}_floor": found["floor"]}
    for name in statistics:
        found = scores["statistics"][name]
        row |= {name: found["generated"], f"{name}_real_{split}": found["real"]}
    return row


def steps_done(workdir):
    """How many steps the newest checkpoint of a run has."""
    found = Path(workdir).glob("checkpoints/ckpt-*.index")
    return max(int(path.stem.removeprefix("ckpt-")) for path in found)
