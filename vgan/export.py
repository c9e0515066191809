"""Exports a run for serving: python -m vgan.export --workdir=runs/base."""

from pathlib import Path

from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError
from vgan.runs import checkpoint_choice, config

config.define_run_flags()
config.define_sampler_flag()
config.define_back_flag()
flags.DEFINE_string("output", None, "Folder of the new version (default: WORKDIR/export/STEP).")
flags.DEFINE_integer("max_videos", 64, "The most videos of one request.", lower_bound=1)


def main():
    values = flags.FLAGS
    command.need(workdir="Name the folder of a training run")
    if checkpoint_choice.parse(values.checkpoint).number > 1 and values.output is None:
        raise UsageError(
            f"--output: not given, and needed with --checkpoint={values.checkpoint}, since "
            "WORKDIR/export/STEP is the place of one checkpoint"
        )
    from vgan.runs import trained
    from vgan.serving import saved_model  # TensorFlow takes seconds to load.

    about = values.checkpoint, None, values.trust_code
    run = trained.restore(values.workdir, *about, sampler=values.sampler, back=values.back)
    path = Path(values.output or Path(values.workdir) / "export" / str(run.step))
    saved_model.export(run.model, run.card, path, values.max_videos)
    print(f"wrote {path}, averaged weights of step {run.step}")


if __name__ == "__main__":
    command.run(main)
