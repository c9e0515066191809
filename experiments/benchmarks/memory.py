"""Memory of a training step: plain, in parts, with passes computed again, and both.

  PYTHONPATH=experiments python experiments/benchmarks/memory.py \
    --flags="--flagfile=experiments/base.flags --frames=16 --height=128 --width=128 --batch_size=8"

Each case is a process of its own. The figures are by how much it grows in two steps, with what
TensorFlow keeps of their graph, the seconds of the second one, and what training says before that
the clips will take.
"""

import multiprocessing
import shlex
import time
from concurrent.futures import ProcessPoolExecutor

from absl import app, flags
from table import Table

_FLAGS = flags.DEFINE_string("flags", "", "Of the run, as on a command line.")
_OUTPUT = flags.DEFINE_string("output", "experiments/results/memory.csv", "CSV file.")
_PARTS = flags.DEFINE_integer("parts", 8, "Of --accumulate, where it is tried.", 1)


def case(text):
    """GiB that a step of a run takes, those that were told, and its seconds."""
    from vgan.data import opening, pipeline
    from vgan.runs import building, config
    from vgan.runs.plan import Plan
    from vgan.training import determinism, loop, memory

    config.define_flags()
    flags.FLAGS(["memory", *shlex.split(text)])
    given = config.from_flags()
    determinism.settle(given.deterministic)
    windows = opening.open_windows(given.data, given.clip, given.frame_step, "train")
    plan = Plan.of(given)
    model = building.build(plan, given, len(windows.labels) if given.conditional else 0)
    together = given.batch_size // given.accumulate
    told = memory.of_step(model, plan.task, windows, given, together)
    how = given.accumulate, given.recompute
    train_step = loop.compile_step(model, plan.task, given.seed, *how)
    about = given.batch_size, given.seed, 0, given.augment, model.flow_estimator
    batches = iter(pipeline.batches(windows, *about))
    clips, turn = next(batches), model.turn(0)  # The costliest.
    train_step.get_concrete_function(clips, turn=turn)
    with memory.peak() as found:
        for _ in range(2):
            start = time.perf_counter()
            loop.by_path(train_step(clips, turn=turn))
    return found[0] / 2**30, told / 2**30, time.perf_counter() - start


def main(_):
    """Writes three lines for each case."""
    table = Table(_FLAGS.value, ["tensorflow", "keras"], _OUTPUT.value)
    parts = f"--accumulate={_PARTS.value}"
    for more in ("", parts, "--recompute", f"{parts} --recompute"):
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, context) as process:
            found = process.submit(case, f"{_FLAGS.value} {more}").result()
        for measure, unit, value in zip(
            ("memory", "memory told", "a step"), ("GiB", "GiB", "s"), found, strict=True
        ):
            table.line(f"{measure}, {more or 'plain'}", unit, [value, value])


if __name__ == "__main__":
    app.run(main)
