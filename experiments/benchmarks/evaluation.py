"""Measures an evaluation: python experiments/benchmarks/evaluation.py --num_videos=1024 --size=64

Real clips are measured first and kept, as they are after the first evaluation of a data set; then
as many other clips are scored. Times stand beside that of reading the real clips once.
"""

import resource
import tempfile
import time

import numpy as np
from absl import flags

from vgan.core import command
from vgan.core.clip import ClipSpec

flags.DEFINE_integer("num_videos", 1024, "Clips of each kind.", lower_bound=16)
flags.DEFINE_integer("size", 64, "Height and width of a clip.", lower_bound=8)
flags.DEFINE_integer("frames", 16, "Frames of a clip.", lower_bound=2)


def main():
    from vgan.data.opening import open_windows
    from vgan.evaluation.cache import Cache
    from vgan.evaluation.evaluator import SPLITS, Evaluator

    values = flags.FLAGS
    clip = ClipSpec(values.frames, values.size, values.size)
    data = f"shapes(textured=True, num_videos={8 * values.num_videos})"
    windows = {split: open_windows(data, clip, 1, split) for split in SPLITS}
    with tempfile.TemporaryDirectory() as folder:
        arguments = (windows, "test", values.num_videos, values.frames, 0, Cache(folder))
        first, evaluator = _timed(lambda: Evaluator(*arguments))
        opened, evaluator = _timed(lambda: Evaluator(*arguments))
        reading, _ = _timed(lambda: [len(chunk) for chunk in evaluator.sets["test"].chunks()])
        others = open_windows(data.replace(")", ", seed=1)"), clip, 1, "test")
        videos = np.stack([others[number][0] for number in range(values.num_videos)])
        scoring, _ = _timed(lambda: evaluator.score(videos))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{values.num_videos} clips of {clip}")
    print(f"real clips for the first time  {first:7.1f} s")
    print(f"real clips that were kept      {opened:7.1f} s")
    print(f"reading as many clips once     {reading:7.1f} s")
    print(f"scoring                        {scoring:7.1f} s, {scoring / reading:.1f} times reading")
    print(f"peak memory                    {memory:7.2f} GiB")


def _timed(function):
    start = time.perf_counter()
    found = function()
    return time.perf_counter() - start, found


if __name__ == "__main__":
    command.run(main)
