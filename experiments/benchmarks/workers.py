"""What train_step.py compares, each in a process of its own, which runs a unit when asked.

A function that prepares one is called in the new process. It returns facts and a function that
runs a unit and returns what it measured: `seconds`, and `processor_seconds` over all threads,
which hardly change when others use the machine too.
"""

import itertools
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor

from vgan.core.clip import Seen
from vgan.core.errors import UsageError

STEPS = 16
"""Of a unit: a whole number of rounds of the lazy terms, so that every unit is the same work."""

MATMUL_SIZE = 2048


class Worker:
    """A process of its own for one thing that is measured.

    Args:
      prepare: called there with `arguments`.
    Raises:
      what `prepare` or a unit raises there.
    """

    def __init__(self, prepare, *arguments):
        self._process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
        self.facts = self._process.submit(_start, prepare, arguments).result()

    def unit(self):
        """What a unit measured, and the peak `memory` of the process, bytes."""
        return self._process.submit(_run_unit).result()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._process.submit(_forget).result()
        self._process.shutdown()


def _start(prepare, arguments):
    global _run
    facts, _run = prepare(*arguments)
    _run()  # Compiles the step for every turn.
    return facts


def _run_unit():
    measured = _run()
    return measured | {"memory": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


def _forget():
    global _run
    _run = None  # An input pipeline that still lives when Python ends can hang it.


def tensorflow_step(config, live=False):
    """The step of a configuration, on batches made before, or on `live` input.

    A unit also measures the seconds of flow on the `host`, and the `matmul_rate` after it.

    Raises:
      UsageError: the lazy terms are due at other steps of each unit.
    """
    from vgan.motion.compensation import take_seconds
    from vgan.runs import building
    from vgan.runs.plan import Plan
    from vgan.training import loop

    windows, data = _open(config)
    plan = Plan.of(config)
    model = building.build(plan, config, len(windows.labels) if config.conditional else 0)
    turns = [model.turn(step) for step in range(2 * STEPS)]
    if turns[:STEPS] != turns[STEPS:]:
        raise UsageError(
            f"--r1_interval, --turns, every=... of the losses: a unit of {STEPS} steps doesn't "
            f"always hold the same work. Give divisors of {STEPS}"
        )
    train_step = loop.compile_step(model, plan.task, config.seed)
    reports = loop.Reports(loop.Guard(config.precision, 0).check)
    batches = iter(data) if live else itertools.cycle(list(data.take(4)))

    def steps():
        for step, turn in enumerate(turns[:STEPS]):
            reports.put(step, train_step(next(batches), turn=turn))
        reports.read()

    def unit():
        take_seconds()
        measured = timed(steps) | {"host": take_seconds()}
        return measured | {"matmul_rate": _matmul_rate(config.precision)}

    return _count(model, config), unit


def input_pipeline(config):
    """The input alone: as many batches as a unit of steps takes."""
    batches = iter(_open(config)[1])

    def unit():
        list(itertools.islice(batches, 4))  # Those that were made while others ran.
        return timed(lambda: list(itertools.islice(batches, STEPS)))

    return {}, unit


def torch_step(config, memory_format):
    """The step of a configuration in PyTorch; see torch_networks.py."""
    import torch_networks

    counts, train_step = torch_networks.prepare(config, memory_format)
    return {"parameters": counts}, lambda: timed(lambda: [train_step() for _ in range(STEPS)])


def _open(config):
    from vgan.data import opening, pipeline

    windows = opening.open_windows(config.data, config.clip, config.frame_step, "train")
    batches = pipeline.batches(windows, config.batch_size, config.seed, augment=config.augment)
    return windows, batches


def timed(work):
    """The seconds that a function takes, and those of all processors."""
    start, processor_start = time.perf_counter(), time.process_time()
    work()
    seconds, processor_seconds = time.perf_counter(), time.process_time()
    return {"seconds": seconds - start, "processor_seconds": processor_seconds - processor_start}


def _matmul_rate(precision):
    """Multiply-adds a second of the best of a few matmuls of large square matrices."""
    import tensorflow as tf

    square = tf.cast(tf.random.normal([MATMUL_SIZE, MATMUL_SIZE]), precision)
    times = [timed(lambda: tf.linalg.matmul(square, square))["seconds"] for _ in range(5)]
    return MATMUL_SIZE**3 / min(times)


def _count(model, config):
    """Parameters of each player, and multiply-adds of a unit."""
    import multiply_adds
    import tensorflow as tf

    clip, sample = tf.zeros([1, *config.clip.shape]), tf.zeros([1], tf.int64)
    critics = [
        (critic.network, len(critic.inputs(Seen(clip), clip[..., :0], config.seed, sample)))
        for critic in model.critic_modules
    ]
    players = model.players().items()
    count = STEPS * config.batch_size * multiply_adds.of_step(model.generator, critics)
    parameters = {name: sum(v.shape.num_elements() for v in vs) for name, vs in players}
    return {"parameters": parameters, "multiply_adds": count}
