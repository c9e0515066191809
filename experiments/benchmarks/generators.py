"""One generator beside another: python experiments/benchmarks/generators.py --flagfile=...

Two of the same critics and losses, as the flagfile has them, take turns: a unit of training steps
each, and a unit of clips drawn as vgan.generate draws them. Each line is the median over pairs of
units, and its quartiles. Name --discriminator where a critic of the flagfile wants a generator that
knows its flow, as base.flags has one.
"""

import dataclasses

import workers
from absl import flags
from table import Table
from workers import Worker

from vgan.core import command
from vgan.runs import config

UNITS = flags.DEFINE_integer("units", 5, "How many pairs each line is a median of.", lower_bound=2)
OTHER = flags.DEFINE_string("other", "conv3d(channels=48)", "The generator that is compared with.")
OUTPUT = flags.DEFINE_string("output", None, "A CSV file that the lines are added to.")

DRAWN = 64
"""Clips of a unit."""


def main():
    asked = config.from_flags()
    other = dataclasses.replace(asked, generator=OTHER.value)
    setting = f"{asked.clip} batch {asked.batch_size} {asked.precision}; {asked.generator}"
    table = Table(f"{setting} by {other.generator}", ("tensorflow",), OUTPUT.value)
    for name, prepare in (("step", workers.tensorflow_step), ("drawn clips", drawing)):
        with Worker(prepare, asked) as one, Worker(prepare, other) as another:
            pairs = [(one.unit(), another.unit()) for _ in range(UNITS.value)]
        for what, units in zip(("first", "other"), zip(*pairs, strict=True), strict=True):
            of_each = workers.STEPS if prepare is workers.tensorflow_step else DRAWN
            milliseconds = [1e3 * unit["seconds"] / of_each for unit in units]
            table.line(f"{name}, {what}", "ms each", milliseconds)
        speeds = [slow["seconds"] / fast["seconds"] for fast, slow in pairs]
        table.line(f"{name}, speed by the other's", "times", speeds)


def drawing(asked):
    """Clips drawn from fresh weights."""
    from vgan.data.opening import open_windows
    from vgan.runs import building
    from vgan.runs.plan import Plan
    from vgan.sampling.model import live

    plan = Plan.of(asked)
    labels = open_windows(asked.data, asked.clip, asked.frame_step, "train").labels
    labels = tuple(labels) if asked.conditional else ()
    model = live(building.build_sampler(plan, asked, len(labels)), plan.card(8.0, labels))
    return {}, lambda: workers.timed(lambda: model.sample(DRAWN))


if __name__ == "__main__":
    config.define_flags()
    command.run(main)
