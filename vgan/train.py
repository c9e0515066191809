"""Trains an experiment: python -m vgan.train --flagfile=experiments/base.flags."""

from absl import flags

from vgan import command, config


def main():
    experiment_config = config.from_flags()
    workdir = config.workdir_from_flags()
    from vgan import run  # TensorFlow takes seconds to load; flags are checked first.

    run.train(experiment_config, workdir)


if __name__ == "__main__":
    config.define_flags()
    flags.adopt_module_key_flags(config)
    command.run(main)
