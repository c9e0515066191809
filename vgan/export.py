"""Exports a run for serving: python -m vgan.export --workdir=runs/base."""

from pathlib import Path

from absl import flags

from vgan import checkpoint_choice, command
from vgan.errors import UsageError

flags.DEFINE_string("workdir", None, "Folder of a training run.")
flags.DEFINE_string("checkpoint", "last", checkpoint_choice.HELP)
flags.DEFINE_string("output", None, "Folder of the new version (default: WORKDIR/export/STEP).")
flags.DEFINE_integer("max_videos", 64, "The most videos of one request.", lower_bound=1)


def main():
    values = flags.FLAGS
    if values.workdir is None:
        raise UsageError("--workdir: not given. Name the folder of a training run")
    if checkpoint_choice.parse(values.checkpoint).number > 1 and values.output is None:
        raise UsageError(
            f"--output: not given, and needed with --checkpoint={values.checkpoint}, since "
            "WORKDIR/export/STEP is the place of one checkpoint"
        )
    from vgan import saved_model, trained  # TensorFlow takes seconds to load.
    from vgan.given import Task

    run = trained.restore(values.workdir, values.checkpoint)
    path = Path(values.output or Path(values.workdir) / "export" / str(run.step))
    clip = run.config.clip
    task = Task(run.config.task)
    saved_model.export(run.model, clip, run.fps, run.labels, path, task, values.max_videos)
    print(f"wrote {path}, averaged weights of step {run.step}")


if __name__ == "__main__":
    command.run(main)
