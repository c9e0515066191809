"""Shows what critics' verdicts on clips rest on: python -m vgan.attribution --workdir=RUN
--output=maps.mp4.

Each row is a clip, and beside it a map for each critic by integrated gradients: orange speaks for
real, blue against it.
"""

from pathlib import Path

from absl import flags

from vgan.core import command, spec
from vgan.core.errors import UsageError
from vgan.runs import config

config.define_run_flags()
flags.DEFINE_integer("num_videos", 4, "Of the model, the first of the seed.", 1, 64)
flags.DEFINE_string("input", None, "A video instead, whose first frames are cut and resized.")
flags.DEFINE_integer("seed", 0, "Of the model's videos, and of the frames critics look at.", 0)
flags.DEFINE_string("label", None, "Class of the videos (default: classes in turn).")
flags.DEFINE_string("estimator", "dis()", "Of flow, by which pixels count as moving.")
command.define_output("out.mp4, .gif or .webp.")
flags.DEFINE_integer("zoom", 1, "Enlarge every pixel so many times.", lower_bound=1)


def main():
    values = flags.FLAGS
    command.need(workdir="Name the folder of a training run")
    if values.input and values["num_videos"].present:
        raise UsageError("--num_videos: is of the model's videos. Drop it, or --input")
    output = command.output_file()
    from vgan.media.clips import write_video
    from vgan.reports import attribution as report
    from vgan.runs import trained
    from vgan.sampling import maps

    estimate = spec.of_flag("estimator", values.estimator, "vgan.motion.estimators.{}")
    run = trained.restore_one(values.workdir, values.checkpoint, values.trust_code, whole=True)
    found = maps.of_critics(run.model, run.card, *_clips(values, run), estimate, values.seed)
    write_video(output, maps.picture(found), run.card.fps, values.zoom)
    print("\n".join(report.table(found)))
    print(f"\nwrote {output}")


def _clips(values, run):
    """Videos and their labels."""
    import numpy as np

    from vgan.sampling import inversion, maps

    model, number = run.sampling_model(), values.num_videos
    if values.input:
        label = model.needed_label(values.label)
        video = inversion.read_clip(Path(values.input), run.card.clip, run.card.fps)
        return video[None], np.int32([label])
    label = model.label_number(values.label)
    labels = maps.turns(run.card, number) if label < 0 else np.full(number, label, np.int32)
    return model.sample(number, values.seed, values.label), labels


if __name__ == "__main__":
    command.run(main)
