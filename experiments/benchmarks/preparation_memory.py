"""Peak memory of the preparation: a long video and many files, beside a hundredth of each.

  PYTHONPATH=experiments python experiments/benchmarks/preparation_memory.py

Each case is prepared by the command itself, with two workers. The figures are the peak resident
memory of the command and of its largest worker, as the system kept them, and the sum of the
command's and all workers' peaks. Needs Linux, 2 GiB of disk, and half an hour.
"""

import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np
from absl import app, flags
from trial import Rows

_OUTPUT = flags.DEFINE_string("output", "experiments/results/preparation_memory.csv", "CSV file.")
_SCALE = flags.DEFINE_float("scale", 1.0, "Of the cases, to try the script.", 0.01, 1.0)

_SECONDS = 3 * 3600
_FILES = 100_000
_POLL = 0.1


def long_video(folder, share):
    """One video of three hours at 25 frames a second, or a share of it."""
    random = np.random.default_rng(0)
    loop = random.integers(0, 256, [100, 9, 16, 3], np.uint8).repeat(8, 1).repeat(8, 2)
    frames = itertools.islice(itertools.cycle(loop), round(_SECONDS * 25 * share))
    options = {"preset": "ultrafast", "crf": "40"}
    _encode(folder / "long.mp4", frames, (72, 128), "libx264", 25, options)


def many_files(folder, share):
    """A hundred thousand videos of eight frames, no two the same, or a share of them."""
    whole = folder / "one.mp4"
    frames = (np.full([16, 16, 3], 30 * shade, np.uint8) for shade in range(8))
    _encode(whole, frames, (16, 16), "mpeg4", 10)
    data = whole.read_bytes()
    whole.unlink()
    for number in range(round(_FILES * share)):
        label = folder / f"label{number % 100:02}"
        label.mkdir(exist_ok=True)
        tail = b"\0\0\0\x0cfree" + number.to_bytes(4)  # A box that players pass over.
        (label / f"{number:06}.mp4").write_bytes(data + tail)


def _encode(path, frames, size, codec, rate, options=None):
    """Writes frames, uint8 [H, W, 3], of this height and width."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.height, stream.width, stream.pix_fmt = *size, "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


def peaks(command):
    """Runs a command; peak resident MiB of it, of its largest child, and of all summed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    found = {}
    while process.poll() is None:
        for pid in [process.pid, *_children(process.pid)]:
            found[pid] = max(found.get(pid, 0), _peak(pid))
        time.sleep(_POLL)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    own = found.pop(process.pid)
    return own, max(found.values()), own + sum(sorted(found.values())[-2:])


def _children(pid):
    tasks = Path(f"/proc/{pid}/task")
    try:
        texts = [(task / "children").read_text() for task in tasks.iterdir()]
    except FileNotFoundError:
        return []
    return [int(child) for text in texts for child in text.split()]


def _peak(pid):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(found[0]) / 1024 if found else 0


def main(_):
    """Writes two rows for each case."""
    rows = Rows(_OUTPUT.value)
    for case in (long_video, many_files):
        for share in (0.01, 1.0):
            with tempfile.TemporaryDirectory() as home:
                raw = Path(home) / "raw"
                raw.mkdir()
                case(raw, share * _SCALE.value)
                start = time.perf_counter()
                command = [sys.executable, "-m", "data_prep.prepare_clips", f"--input={raw}",
                           f"--output={home}/out", "--size=16", "--workers=2"]  # fmt: skip
                own, worker, together = peaks(command)
                row = {"case": case.__name__, "share": share * _SCALE.value}
                row |= {"command_mib": round(own), "worker_mib": round(worker)}
                seconds = round(time.perf_counter() - start)
                row |= {"together_mib": round(together), "seconds": seconds}
                print(row, flush=True)
                rows.add(row)


if __name__ == "__main__":
    app.run(main)
