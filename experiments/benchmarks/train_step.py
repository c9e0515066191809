"""Measures the train step: python experiments/benchmarks/train_step.py --flagfile=...

What is compared takes turns, a unit of 16 steps each, so that a ratio holds when the machine's
speed drifts. Each line is the median over units, or over pairs of units, and its quartiles.
The plain step is BCE with the first critic on batches made before; a part costs what a unit takes
with it, less the plain one's. Made for processors: on a machine with a GPU, hide it.
"""

import dataclasses
import importlib.util
import statistics

import workers
from absl import flags
from table import Table
from workers import STEPS, Worker

from vgan.core import command, spec
from vgan.core.errors import UsageError
from vgan.runs import config

UNITS = flags.DEFINE_integer("units", 7, "How many units each line is a median of.", lower_bound=2)
PARTS = flags.DEFINE_bool("parts", True, "Measure what flow, R1, a second critic, input cost.")
TORCH = flags.DEFINE_bool("torch", True, "Compare with PyTorch, where it is installed.")
OUTPUT = flags.DEFINE_string("output", None, "A CSV file that the lines are added to.")


def main():
    asked = config.from_flags()
    first = spec.parse_sum(asked.discriminator or "conv3d()")[0]
    first_critic = f"{first.weight}*{spec.unparse(first)}"
    plain = dataclasses.replace(_bare(asked), discriminator=first_critic)
    setting = f"{asked.clip} batch {asked.batch_size} {asked.precision}"
    table = Table(setting, ("tensorflow", "torch"), OUTPUT.value)
    with Worker(workers.tensorflow_step, plain) as worker:
        report_plain(table, plain, worker)
        report_precision(table, plain, worker)
        if PARTS.value:
            report_parts(table, asked, plain, worker)
            try:
                report_updates(table, asked)
            except UsageError as error:
                print(f"one-stage updates aren't compared: {error}")
        if TORCH.value and not importlib.util.find_spec("torch"):
            print("PyTorch isn't installed, so there is no ratio: pip install -e '.[benchmark]'")
        elif TORCH.value:
            report_torch(table, plain, worker)


def report_plain(table, plain, worker):
    """The plain step alone: time, clips, memory, arithmetic."""
    units = [worker.unit() for _ in range(UNITS.value)]
    table.line("plain step", "ms", [1e3 * u["seconds"] / STEPS for u in units])
    table.line(
        "plain step, processor time", "ms", [1e3 * u["processor_seconds"] / STEPS for u in units]
    )
    table.line("plain step, clips", "1/s", _clips(plain, units))
    table.line("plain step, peak memory of the process", "MB", [u["memory"] / 1e6 for u in units])
    table.line("matmul, multiply-adds", "10^9/s", [u["matmul_rate"] / 1e9 for u in units])
    table.line("plain step, arithmetic by matmul's", "%", _shares(worker, units))


def report_precision(table, plain, worker):
    """float32 against bfloat16."""
    name = "float32" if plain.precision == "bfloat16" else "bfloat16"
    with Worker(workers.tensorflow_step, dataclasses.replace(plain, precision=name)) as other:
        pairs = _by_turns(worker, other)
    units = [u for _, u in pairs]
    table.line(f"{name}, speed by {plain.precision}'s", "times", _speeds(pairs))
    table.line(f"{name}, arithmetic by matmul's", "%", _shares(other, units))
    table.line(f"{name}, peak memory of the process", "MB", [u["memory"] / 1e6 for u in units])


def report_parts(table, asked, plain, worker):
    """What each part adds to the unit, and the input alone."""
    several = len(spec.parse_sum(asked.discriminator)) > 1
    critics = asked.discriminator if several else f"{plain.discriminator} + frames2d()"
    parts = {
        "flow": (dataclasses.replace(plain, losses=asked.losses or "motion()"), False),
        "R1": (dataclasses.replace(plain, r1_gamma=asked.r1_gamma or 10.0), False),
        "second critic": (dataclasses.replace(plain, discriminator=critics), False),
        "live input": (plain, True),
    }
    for name, (part, live) in parts.items():
        with Worker(workers.tensorflow_step, part, live) as other:
            pairs = _by_turns(worker, other)
        table.line(f"{name}, added", "ms a step", [1e3 * x / STEPS for x in _added(pairs)])
        table.line(f"{name}, added", "%", _added_percent(pairs, "seconds"))
        table.line(f"{name}, added processor time", "%", _added_percent(pairs, "processor_seconds"))
        if name == "flow":
            host = [1e3 * u["host"] / STEPS for _, u in pairs]
            table.line("flow, of it on the host", "ms a step", host)
    with Worker(workers.input_pipeline, plain) as alone:
        pairs = _by_turns(worker, alone)
    table.line("input alone, clips", "1/s", _clips(plain, [u for _, u in pairs]))
    table.line("input alone, speed by the step's", "times", _speeds(pairs))


def report_updates(table, asked):
    """One backward pass through all critics for both players, against two, and against turns."""
    one_stage = dataclasses.replace(_bare(asked), updates="one_stage")
    with Worker(workers.tensorflow_step, one_stage) as first:
        for name in ("simultaneous", "alternating"):
            updates = dataclasses.replace(one_stage, updates=name)
            with Worker(workers.tensorflow_step, updates) as other:
                pairs = _by_turns(other, first)
            saved = [-x for x in _added_percent(pairs, "seconds")]
            table.line(f"one stage, saved of {name} updates", "%", saved)


def report_torch(table, plain, worker):
    """The same step in PyTorch, in both memory formats; the faster one counts."""
    found = {}
    for memory_format in ("contiguous_format", "channels_last_3d"):
        with Worker(workers.torch_step, plain, memory_format) as other:
            if other.facts["parameters"] != worker.facts["parameters"]:
                raise UsageError(
                    f"PyTorch's players have {other.facts['parameters']} parameters, ours "
                    f"{worker.facts['parameters']}. Make torch_networks.py follow, or --notorch"
                )
            pairs = _by_turns(worker, other)
        clips = _clips(plain, [u for _, u in pairs])
        table.line(f"PyTorch {memory_format}, clips", "1/s", clips)
        found[statistics.median(clips)] = _speeds([(u, base) for base, u in pairs])
    table.line("speed by PyTorch's best", "times", found[max(found)])


def _bare(asked):
    """The networks and the size that were asked for, all else plain."""
    kept = ("data", "frames", "frame_step", "height", "width", "conditional", "batch_size")
    kept += ("generator", "discriminator", "precision", "seed")
    return type(asked)(**{name: vars(asked)[name] for name in kept})


def _by_turns(first, second):
    """Pairs of a unit of the one and a unit of the other."""
    return [(first.unit(), second.unit()) for _ in range(UNITS.value)]


def _clips(experiment_config, units):
    return [STEPS * experiment_config.batch_size / u["seconds"] for u in units]


def _shares(worker, units):
    """Percent of the rate of matmul at which the multiply-adds of a unit are done."""
    count = worker.facts["multiply_adds"]
    return [100 * count / u["seconds"] / u["matmul_rate"] for u in units]


def _speeds(pairs):
    """How many times as fast the second of each pair was."""
    return [first["seconds"] / second["seconds"] for first, second in pairs]


def _added(pairs):
    return [second["seconds"] - first["seconds"] for first, second in pairs]


def _added_percent(pairs, clock):
    return [100 * (second[clock] / first[clock] - 1) for first, second in pairs]


if __name__ == "__main__":
    config.define_flags()
    command.run(main)
