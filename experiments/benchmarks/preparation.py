"""What the preparation costs beside plain decoding, and reading it back beside plain decoding.

  python experiments/benchmarks/preparation.py

All is measured in one run, by turns, so that other load on the machine affects all alike; the
ratios are what counts. Synthetic 640x360 H.264 is prepared at 64x64 by one worker and by two, and
decoded by OpenCV with one and two processes of one thread each. All include the start of the
processes. How much faster two decoders are than one shows how much the machine allows.
Seconds are of wall time, and in brackets of processor time, which other load disturbs less.
"""

import concurrent.futures
import contextlib
import io
import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path

import av
import cv2
import numpy as np
from absl import app, flags
from table import Table

from data_prep.base.settings import Settings
from data_prep.inputs.framing import Framing
from data_prep.inputs.sources.video import VideoSource
from data_prep.writing import preparation, shards

_FILES = flags.DEFINE_integer("files", 8, "Videos.", lower_bound=2)
_COPIES = flags.DEFINE_integer("copies", 4, "How often each is there.", lower_bound=1)
_FRAMES = flags.DEFINE_integer("frames", 750, "Frames of each.", lower_bound=50)
_ROUNDS = flags.DEFINE_integer("rounds", 3, "How often each is measured.", lower_bound=2)
_OUTPUT = flags.DEFINE_string("output", "experiments/results/preparation.csv", "CSV to add to.")

_SIZE = (64, 64)
_THREADS = 2


def draw(path, count, seed):
    """A pan over a smooth picture with three discs that move, and a little noise, as H.264."""
    random = np.random.default_rng(seed)
    ground = cv2.resize(random.integers(0, 256, [24, 40, 3], np.uint8), (1280, 720))
    places, speeds = random.uniform(100, 300, [3, 2]), random.uniform(-4, 4, [3, 2])
    grain = random.normal(0, 3, [8, 360, 640, 3])
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "23"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number in range(count):
            x, y = (round(150 + 140 * f(number / 40)) for f in (np.sin, np.cos))
            frame = ground[y : y + 360, x : x + 640].copy()
            for disc, (place, speed) in enumerate(zip(places, speeds, strict=True)):
                left, top = (place + number * speed) % (640, 360)
                cv2.circle(frame, (int(left), int(top)), 40, (80 * disc, 200, 90), -1)
            frame = np.clip(frame + grain[number % 8], 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


def decode(path):
    """Reads a video with OpenCV, one thread; returns the number of its frames."""
    cv2.setNumThreads(1)
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    count = 0
    while capture.read()[0]:
        count += 1
    return count


def _decode_all(paths, processes):
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, context) as pool:
        return sum(pool.map(decode, paths))


def _prepare(source, output, workers):
    with contextlib.redirect_stdout(io.StringIO()):
        preparation.prepare(source, output, Settings(size=_SIZE), overwrite=True, workers=workers)


def _timed(function, *arguments):
    """Seconds of the wall, and of processors in this process and those it started."""
    before, start = _processor(), time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start, _processor() - before


def _processor():
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _split(path):
    """Microseconds of a processor a frame: decoding, cutting and resizing, encoding, writing."""
    settings = Settings(size=_SIZE)

    def decoded():
        with av.open(path) as container:
            container.streams.video[0].codec_context.thread_count = 1
            for _ in container.decode(video=0):
                pass

    frames = []
    spent = [_timed(decoded)[1]]
    framed = VideoSource(path, settings).frames(Framing(_SIZE))
    spent.append(_timed(lambda: frames.extend(framed))[1] - spent[0])
    spent.append(_timed(lambda: [shards.encode(frame) for frame in frames])[1])
    with tempfile.TemporaryDirectory() as folder:
        writer = shards.ShardWriter(folder, "frames")
        spent.append(_timed(writer.add, frames)[1] - spent[2])
    return [1e6 * seconds / len(frames) for seconds in spent]


def _windows(folder):
    """Batches of 128 frames as training reads them."""
    from vgan.core.clip import ClipSpec
    from vgan.data import opening, pipeline

    windows = opening.open_windows(folder, ClipSpec(16, *_SIZE), 1, "train")
    return iter(pipeline.batches(windows, 8, seed=0))


def _records(folder):
    """Batches of 128 frames as plain tf.data reads them."""
    import tensorflow as tf

    names = [str(path) for path in sorted(Path(folder).glob("*.tfrecord"))]
    data = tf.data.TFRecordDataset(names).repeat()
    data = data.map(lambda png: tf.io.decode_png(png, 3), num_parallel_calls=_THREADS)
    return iter(data.batch(16).batch(8).prefetch(2))


def _read(batches, count):
    for _ in range(count // 128):
        next(batches)


def _main(_):
    number_of_files = _FILES.value * _COPIES.value
    about = f"{number_of_files} x {_FRAMES.value} frames of 640x360 H.264 at 64x64"
    table = Table(about, ("av", "opencv-python", "tensorflow"), _OUTPUT.value)
    count = number_of_files * _FRAMES.value
    with tempfile.TemporaryDirectory() as home:
        raw, out = os.path.join(home, "raw"), os.path.join(home, "out")
        os.mkdir(raw)
        paths = [os.path.join(raw, f"{number}.mp4") for number in range(number_of_files)]
        for number, path in enumerate(paths):
            if number < _FILES.value:
                draw(path, _FRAMES.value, number)
            else:
                os.link(paths[number % _FILES.value], path)
        alone, plain, one, two, split, ours, tensor = [], [], [], [], [], [], []
        for _ in range(_ROUNDS.value):
            alone.append(_timed(_decode_all, paths, 1))
            plain.append(_timed(_decode_all, paths, _THREADS))
            two.append(_timed(_prepare, raw, out, 2))
            one.append(_timed(_prepare, raw, out, 1))
            split.append(_split(paths[0]))
        windows, records = _windows(out), _records(out)
        next(windows), next(records)
        for _ in range(_ROUNDS.value):
            ours.append(_timed(_read, windows, count))
            tensor.append(_timed(_read, records, count))
    for number, kind in enumerate(("wall", "processor")):
        table.line(f"decoding by OpenCV, 2 processes, {kind}", "s", [t[number] for t in plain])
        table.line(f"preparing, 2 workers, {kind}", "s", [t[number] for t in two])
        table.line(f"rate of preparing over decoding, {kind}", "ratio", _ratios(two, plain, number))
        table.line(
            f"rate of reading back over tf.data, {kind}", "ratio", _ratios(ours, tensor, number)
        )
    table.line("rate of two workers over one, wall", "ratio", _ratios(two, one, 0))
    table.line("rate of two plain decoders over one, wall", "ratio", _ratios(plain, alone, 0))
    for number, name in enumerate(("decode", "cut and resize", "encode", "write")):
        table.line(f"a frame: {name}, processor", "us", [each[number] for each in split])
    table.line("reading back, wall", "frames/s", [count / seconds for seconds, _ in ours])


def _ratios(over, under, number):
    return [b[number] / a[number] for a, b in zip(over, under, strict=True)]


if __name__ == "__main__":
    app.run(_main)
