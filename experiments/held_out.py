"""What several experiments need: the run that flags name, and held-out clips of its data."""

import numpy as np
from absl import flags

from vgan.core.errors import UsageError
from vgan.runs import config


def define_flags():
    """Defines the flags by which a script names a run and says what it was."""
    flags.DEFINE_string("workdir", None, "Folder of a training run.")
    flags.DEFINE_string("checkpoint", "last", "Which checkpoint of it.")
    config.define_trust_flag()
    flags.DEFINE_string("experiment", None, "What it was: the flagfile's name, and any change.")


def check_given(*names):
    """Raises UsageError unless each of these flags is given."""
    if any(flags.FLAGS[name].value is None for name in names):
        raise UsageError(f"{', '.join(f'--{name}' for name in names)}: each of them is needed")


def restored():
    """The vgan.runs.trained.Restored of the run that flags name; raises UsageError if none does."""
    check_given("workdir", "experiment")
    values = flags.FLAGS
    return of_workdir(values.workdir, values.checkpoint, values.trust_code)


def of_workdir(workdir, checkpoint="last", trust_code=False):
    """The vgan.runs.trained.Restored of a run."""
    from vgan.runs import trained

    return trained.restore(workdir, checkpoint, trust_code=trust_code)


def windows(run, size=None):
    """Held-out windows of the data of a run, of the size of its clips or another ClipSpec."""
    from vgan.data.opening import open_windows

    return open_windows(run.config.data, size or run.card.clip, run.config.frame_step, "test")


def clips(windows, numbers):
    """Some windows as arrays: videos, the sources beside them, and labels."""
    from vgan.data.opening import beside

    return tuple(np.stack(of) for of in zip(*(beside(windows, n) for n in numbers), strict=True))
