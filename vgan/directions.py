"""Finds what the latents of a model mean: python -m vgan.directions --workdir=runs/base."""

import functools
import json
from pathlib import Path

from absl import flags
from tqdm import tqdm

from vgan.core import command, spec
from vgan.core.errors import StorageError, UsageError
from vgan.runs import config

config.define_run_flags()
flags.DEFINE_integer("num_videos", 2048, "Made clips that are measured.", lower_bound=16)
flags.DEFINE_string("label", None, "Class of all clips (default: in turn, within each class).")
flags.DEFINE_integer("components", 5, "Directions of each kind that have no names.", lower_bound=0)
flags.DEFINE_integer("seed", 0, "Of the made clips.", 0, 2**59 - 1)
flags.DEFINE_string("estimator", "dis()", "Of flow, where the generator doesn't know it.")
command.define_output("Folder (default: WORKDIR/directions, where vgan.walk looks for it).")


def main():
    values = flags.FLAGS
    command.need(workdir="Name the folder of a training run")
    output = Path(values.output or Path(values.workdir) / "directions")
    _check_output(output)
    from vgan.core.files import replacing_folder
    from vgan.media.clips import write_video
    from vgan.reports import directions as report
    from vgan.runs import trained
    from vgan.sampling import directions, discovery, measuring

    estimate = spec.of_flag("estimator", values.estimator, "vgan.motion.estimators.{}")
    run = trained.restore_one(values.workdir, values.checkpoint, values.trust_code)
    if run.model.knows_motion and values["estimator"].present:
        raise UsageError("--estimator: the generator knows the flow. Drop it")
    label = run.sampling_model().label_number(values.label)
    measure = measuring.Measure(run.model, run.card, estimate, label)
    progress = functools.partial(tqdm, disable=None)
    asked = values.num_videos, values.components, values.seed
    found = discovery.find(measure, run.step, *asked, progress)
    scores = report.scores(found, _about(values, run.card.labels, label))
    strips = list(discovery.strips(measure, found.directions, values.seed))
    with replacing_folder(output) as folder:
        directions.write(folder / directions.FILE, found.directions)
        (folder / "directions.json").write_text(json.dumps(scores, indent=1) + "\n")
        for name, strip in zip(found.directions.names, strips, strict=True):
            write_video(folder / f"{name}.webp", strip, run.card.fps)
        report.write(folder / "report.html", scores, strips, run.card.fps)
    print("\n".join([*report.table(scores), *_missing(found.directions, values.components)]))
    print(f"\nwrote {output}/{directions.FILE}, a strip of each, and {output}/report.html")


def _check_output(output):
    command.check_new(output)
    if output.exists() and not (output / "directions.npz").exists():
        raise StorageError(
            f"output {str(output)!r}: holds no directions, so it isn't overwritten. Name another"
        )


def _about(values, labels, label):
    told = "Classes were dealt out in turn and their means taken off: directions hold within each."
    if label >= 0:
        told = f"All are of the class {labels[label]}."
    about = {"workdir": values.workdir, "checkpoint": values.checkpoint, "seed": values.seed}
    return about | {"labels": told if labels else ""}


def _missing(found, components):
    """A line for each kind that the generator's layers don't give."""
    for kind, layers in (("principal", "rectifier"), ("singular", "dense layer")):
        if components and kind not in found.kinds:
            yield f"no {kind} directions: no {layers} sees this generator's latents first"


if __name__ == "__main__":
    command.run(main)
