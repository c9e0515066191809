"""A prepared folder of a million videos, simulated: how long it takes to open, and in what memory.

  PYTHONPATH=experiments python experiments/benchmarks/index.py

The index is whole, a line a video and an offset a frame. The pictures are not: all shards are one
file of real records under many names, so the disk cache holds what a million videos would have to
be read for, and the time of a batch is that of decoding and of finding, not of a disk. Needs 1 GB
of disk, in --folder, which is removed.
"""

import hashlib
import json
import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from absl import app, flags
from table import Table

from vgan.data import records

_OUTPUT = flags.DEFINE_string("output", "experiments/results/index.csv", "CSV file.")
_FOLDER = flags.DEFINE_string("folder", tempfile.gettempdir(), "Where there is a GB of disk.")
_VIDEOS = flags.DEFINE_integer("videos", 1_000_000, "How many.", 1000)

_FRAMES, _SIDE, _SHARDS = 60, 32, 250


def simulate(folder, videos):
    """Writes prepared data of that many videos."""
    each = videos // _SHARDS
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, [64, 4, 4, 3], np.uint8).repeat(8, 1).repeat(8, 2)
    packed = [records.pack(cv2.imencode(".png", picture)[1].tobytes()) for picture in pictures]
    order = random.integers(0, len(packed), each * _FRAMES)
    sizes = np.array([len(record) for record in packed])[order]
    first = folder / "frames-00000.tfrecord"
    with first.open("wb") as file:
        file.writelines(packed[number] for number in order)
    names = [f"frames-{number:05d}.tfrecord" for number in range(_SHARDS)]
    for name in names[1:]:
        os.link(first, folder / name)
    np.save(folder / "offsets.npy", np.tile(np.cumsum(sizes) - sizes, _SHARDS))
    digest, labels = hashlib.sha256(), [f"label{number}" for number in range(400)]
    with (folder / "videos.jsonl").open("wb") as file:
        for number in range(each * _SHARDS):
            label = labels[number % len(labels)]
            path = f"{label}/a_video_of_some_name_{number:07d}.mp4"
            row = {"key": path, "path": path, "label": label, "group": path, "split": "train"}
            row |= {"fps": 25.0, "frames": _FRAMES, "first_record": number * _FRAMES}
            row |= {"short": False, "broken": "", "original": [240, 320], "notes": []}
            line = json.dumps(row | {"sha256": f"{number:016x}"}).encode() + b"\n"
            digest.update(line)
            file.write(line)
    shard = {"records": each * _FRAMES, "bytes": int(sizes.sum()), "sha256": ""}
    manifest = {"format": records.FORMAT_VERSION, "height": _SIDE, "width": _SIDE}
    manifest |= {"labels": labels, "fps": dict.fromkeys(("min", "median", "max"), 25.0)}
    manifest |= {"frames": each * _SHARDS * _FRAMES, "videos": each * _SHARDS}
    manifest |= {"videos_sha256": digest.hexdigest()}
    manifest |= {"shards": [shard | {"name": name} for name in names]}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def opened(folder):
    """Seconds and GiB of opening it, of the labels of all windows, and seconds of batches."""
    import tensorflow as tf

    from vgan.core.clip import ClipSpec
    from vgan.data import pipeline
    from vgan.data.opening import open_windows

    tf.constant(0)
    begun, start = _most(), time.process_time()
    windows = open_windows(str(folder), ClipSpec(16, _SIDE, _SIDE), 1, "train")
    yield "processor time to open", "s", [time.process_time() - start]
    yield "memory of opening", "GiB", [_most() - begun]
    np.bincount(windows.window_labels)
    yield "memory with all labels counted", "GiB", [_most() - begun]
    batches, times = iter(pipeline.batches(windows, 16, 0)), []
    for _ in range(200):
        start = time.perf_counter()
        next(batches)
        times.append(1000 * (time.perf_counter() - start))
    yield "a batch of 16 clips of 16 frames", "ms", times[20:]


def _most():
    """GiB that this process took at its most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _lines(folder):
    return list(opened(folder))


def main(_):
    """Simulates, opens, and writes the lines."""
    table = Table(f"{_VIDEOS.value} videos of {_FRAMES} frames", ["tensorflow"], _OUTPUT.value)
    folder = Path(tempfile.mkdtemp(dir=_FOLDER.value))
    try:
        simulate(folder, _VIDEOS.value)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, context) as process:
            for measure, unit, values in process.submit(_lines, folder).result():
                table.line(measure, unit, values * (2 if len(values) == 1 else 1))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    app.run(main)
