"""Searches for better flags of an experiment, by trials of a fixed cost.

  python -m vgan.search --flagfile=experiments/base.flags --eval_interval=500 \
    --space="learning_rate=log(1e-4, 1e-3) + adversarial=choice('bce', 'hinge')"

Several processes that are given the same line, on one machine or on several that share the folder,
share the work. Killed ones go on by the same line. The best trials are run again on two more seeds.
"""

from absl import flags

from vgan.core import command, spec
from vgan.core.errors import UsageError
from vgan.runs import config

flags.DEFINE_string("space", None, "Flags and values: learning_rate=log(1e-4, 1e-3) + ...")
flags.DEFINE_integer("trials", 16, "How many ways to train are tried.", lower_bound=2)
flags.DEFINE_integer("cpu_seconds", 600, "Processor seconds of each, at most.", lower_bound=10)
_ABOUT = "Database of the trials, such as postgresql://...; a file in the folder by default."
flags.DEFINE_string("storage", None, _ABOUT)

DISTANCES = "frechet_", "kernel_", "fvd"
"""How scores begin of which lower ones are better."""


def main():
    values = flags.FLAGS
    command.need(space="Say what may change, as learning_rate=log(1e-4, 1e-3)")
    experiment = config.from_flags()
    if not experiment.eval_interval:
        raise UsageError("--eval_interval=0: trials are compared by scores. Give a number of steps")
    if any(isinstance(value, spec.Foreign) for value in vars(experiment).values()):
        raise UsageError(
            "--flagfile: the config.flags of a run may be anybody's. Copy it to a file of yours, "
            "and look at the names of code in it"
        )
    folder = config.workdir_from_flags()
    if not values.workdir:
        folder = folder.with_name(f"{folder.name}-search")
    try:
        from vgan.searching import finals, space, study
    except ImportError as error:
        raise UsageError(f"{error}. Run pip install 'vgan[search]'") from None
    from vgan.reports import search as report

    found = space.parse(values.space, experiment)
    lower = experiment.best_score.startswith(DISTANCES)
    about = values.trials, values.cpu_seconds, lower, values.storage, config.code_is_trusted()
    search = study.Search(experiment, found, folder, *about)
    search.run()
    report.write(search, finals.run(search), study.told)


if __name__ == "__main__":
    config.define_flags()
    command.run(main)
