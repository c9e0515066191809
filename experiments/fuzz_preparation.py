"""Damaged videos through the preparation: does a file crash it, hang it or bloat it?

  python experiments/fuzz_preparation.py --mutants=7000

Videos of six containers, animations, film strips and arrays are damaged in six ways (mutants.py)
and go through python -m data_prep.prepare_clips: plain, and every eleventh with all that looks at
frames and times (thorough). A row says what became of the files of a container, a way and a damage:
prepared whole, prepared up to where they break (short), left out as dull or alike (dropped), or
skipped. Three ways to be skipped would be defects: the process that read the file crashed, it hung
until the time for one file was up, or needed more memory than one file may. The longest clip shows
whether a damaged time stamp repeats frames: undamaged files have 24 frames, 29 when thorough. Peak
MiB are of the largest process, milliseconds of processor time a file's, the start of the processes
included; both are of all files of a container and way.
"""

import collections
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import av
import cv2
import mutants
import trial
from absl import flags

from data_prep import inspect
from data_prep.base.reading import Prepared
from vgan.core import command

WAYS = {
    "plain": (),
    "thorough": (
        "--fps=12", "--fit=motion", "--remove_borders", "--denoise=3", "--equalize=2",
        "--shots=adaptive()", "--features=colour() + texture() + edges() + motion()",
        "--drop=static() + near_duplicates()",
    ),
}  # fmt: skip
# Else damaged animations, seen as still pictures, would be taken for the frames of one video.
_KINDS = dict.fromkeys(mutants.STRIPS, "strip") | dict.fromkeys(mutants.ANIMATIONS, "video")
_EVERY = 11  # Not of the number of kinds of damage, which take turns.
FATES = ("whole", "short", "dropped", "skipped", "crashes", "hangs", "memory_refusals")

flags.DEFINE_integer("mutants", 10_000, "How many files.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Of the damage.")
flags.DEFINE_integer("workers", 2, "Processes.", lower_bound=1)
flags.DEFINE_string("output", "experiments/results/fuzz.csv", "CSV file that rows go to.")


_MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, used.ru_utime + used.ru_stime)
sys.exit(code)
"""
"""Runs a command from a small process: a child counts the memory of the one it is forked from."""


def main():
    values = flags.FLAGS
    files = mutants.originals()
    rows = trial.Rows(values.output)
    for container, way in itertools.product(mutants.CONTAINERS, WAYS):
        about = {"container": container, "way": way, "seed": values.seed, "mutants": values.mutants}
        if rows.find(**about):
            continue
        with tempfile.TemporaryDirectory() as folder:
            raw, output = Path(folder, "raw"), Path(folder, "out")
            some = numbers(values.mutants, container, way)
            mutants.write(raw, files, container, some, values.seed)
            kind = f"--kind={_KINDS.get(container, 'auto')}"
            cost = prepared(raw, output, f"--workers={values.workers}", kind, *WAYS[way])
            found = fates(raw, output)
        print(about, found, cost, flush=True)
        rows.add(*(about | row | cost | versions() for row in found))


def numbers(mutants_in_all, container, way):
    """Numbers of the mutants of a container that go one way."""
    containers = list(mutants.CONTAINERS)
    at, count = containers.index(container), len(containers)
    first, last = (mutants_in_all * n // count for n in (at, at + 1))
    return [n for n in range(last - first) if (n % _EVERY == 0) == (way == "thorough")]


def prepared(raw, output, *more):
    """Prepares a folder as a command would: columns of what it cost."""
    line = [sys.executable, "-m", "data_prep.prepare_clips", f"--input={raw}", f"--output={output}"]
    line += ["--size=32", "--max_bad_fraction=1", "--file_seconds=60", "--file_memory=512", *more]
    done = subprocess.run([sys.executable, "-c", _MEASURED, *line], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(line)}: ended with code {done.returncode}: {done.stderr}")
    peak, seconds = map(float, done.stdout.split()[-2:])
    count = sum(1 for path in raw.rglob("*") if path.is_file())
    a_file = round(1000 * seconds / count, 1)
    return {"peak_mebibytes": round(peak / 1024), "cpu_milliseconds_a_file": a_file}


def fates(raw, output):
    """What became of the files of each damage, as rows; raises where the output doesn't verify."""
    inspect.verify(Prepared(output), lambda done: None)
    said = [json.loads(line) for name in ("videos.jsonl", "skipped.jsonl")
            for line in (output / name).read_text().splitlines()]  # fmt: skip
    found = {}
    for row in said:  # A file of several shots has several rows, of which the worst counts.
        path, fate = row["path"].partition("#")[0], _fate(row)
        found[path] = max(found.get(path, fate), fate, key=FATES.index)
    rows = []
    for folder in sorted(raw.iterdir()):
        names = [f"{folder.name}/{path.name}" for path in folder.iterdir()]
        counts = collections.Counter(found.pop(name) for name in names)
        row = {"damage": folder.name, "files": len(names), **{fate: counts[fate] for fate in FATES}}
        clips = [row["frames"] for row in said if row["path"] in names and "frames" in row]
        rows.append({**row, "longest_clip": max(clips, default=0)})
    if found:
        raise SystemExit(f"{output}: names what is not in the input: {sorted(found)}")
    return rows


def _fate(row):
    if "reason" not in row:
        return "short" if row["short"] else "whole"
    if row["kind"] == "dropped":
        return "dropped"
    fates = {
        "the process that read it": "crashes",
        "not done after --file_seconds": "hangs",
        "more memory than --file_memory": "memory_refusals",
    }
    return next((fate for words, fate in fates.items() if words in row["reason"]), "skipped")


def versions():
    """Columns of the libraries that decode."""
    codecs = ".".join(map(str, av.library_versions["libavcodec"]))
    return {"av": av.__version__, "opencv": cv2.__version__, "libavcodec": codecs}


if __name__ == "__main__":
    command.run(main)
