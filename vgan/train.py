"""Trains an experiment: python -m vgan.train --flagfile=experiments/base.flags."""

from vgan.core import command
from vgan.runs import config


def main():
    experiment_config = config.from_flags()
    workdir = config.workdir_from_flags()
    # TensorFlow takes seconds to load; flags are checked first.
    from vgan.training import determinism, run

    determinism.settle(experiment_config.deterministic)
    run.train(experiment_config, workdir, config.code_is_trusted())


if __name__ == "__main__":
    config.define_flags()
    command.run(main)
