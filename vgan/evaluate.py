"""Scores made videos against real ones: python -m vgan.evaluate --workdir=runs/base."""

import importlib.metadata
import json
from pathlib import Path
from typing import Any, NamedTuple

from absl import flags, logging
from tqdm import tqdm

from vgan import command
from vgan.errors import DataError, StorageError, UsageError

SHOWN = 16
"""How many made and real clips the page shows."""

flags.DEFINE_string("workdir", None, "Folder of a training run.")
flags.DEFINE_enum("checkpoint", "last", ["last", "best"], "Which checkpoint of the run.")
flags.DEFINE_string("model", None, "Folder of an export, instead of --workdir.")
flags.DEFINE_string("videos", None, "Folder of videos that are made already, instead of both.")
flags.DEFINE_string("targets", None, "Folder of what --videos should be, by file name: PSNR, SSIM.")
flags.DEFINE_string("data", None, "Real clips: a prepared folder or shapes() (default: the run's).")
flags.DEFINE_integer("frame_step", None, "Of the real clips (default: the run's, or 1).", 1)
flags.DEFINE_enum("split", "test", ["train", "test"], "Real clips to compare with.")
flags.DEFINE_integer("num_videos", 1024, "At most so many clips of each kind.", lower_bound=1)
flags.DEFINE_integer(
    "start_interval",
    None,
    "Frames between the starts of real clips of one video (default: the length of a clip).",
    lower_bound=1,
)
flags.DEFINE_integer("seed", 0, "Of the made videos and of every choice.", 0, 2**59 - 1)
flags.DEFINE_string("features", "", "Networks of your own: saved_model(path='...', output='...').")
flags.DEFINE_string("classifier", None, "Folder that python -m vgan.train_classifier wrote.")
flags.DEFINE_string(
    "cache", None, "Where measures of real clips are kept (default: ~/.cache/vgan)."
)
flags.DEFINE_string("output", None, "Folder (default: WORKDIR/evaluation/STEP).")
flags.DEFINE_bool("overwrite", False, "Replace an output that exists.")


class Made(NamedTuple):
    """Videos to be scored, and what they are to be compared with."""

    videos: Any
    told: str
    data: str
    frame_step: int
    output: str | None
    compressed: str = ""


def main():
    values = flags.FLAGS
    _check_flags(values)
    made = _made(values)
    output = Path(values.output or made.output)
    from vgan import spec
    from vgan.clip import ClipSpec
    from vgan.data import pipeline
    from vgan.evaluation.cache import Cache, default_folder
    from vgan.evaluation.evaluator import SPLITS, Evaluator

    clip = ClipSpec(*made.videos.shape[1:])
    windows = {
        split: pipeline.open_windows(made.data, clip, made.frame_step, split) for split in SPLITS
    }
    interval = values.start_interval or (clip.frames - 1) * made.frame_step + 1
    parts = spec.parse_sum(values.features)
    if any(part.weight != 1 for part in parts):
        raise UsageError(f"--features={values.features}: features have no weights. Drop them")
    plugs = [spec.build(part, "vgan.metrics.plugs.{}") for part in parts]
    evaluator = Evaluator(
        windows,
        values.split,
        values.num_videos,
        interval,
        values.seed,
        Cache(values.cache or default_folder()),
        plugs,
        _classifier(values),
        _progress,
    )
    result = evaluator.score(made.videos)
    if values.targets:
        result.scores.update(_pairs(values, made.videos))
    protocol = _protocol(values, made, windows[values.split], interval, evaluator, result)
    _write(output, result, protocol, evaluator, windows["test"].fps)


def _check_flags(values):
    given = [name for name in ("workdir", "model", "videos") if values[name].value is not None]
    if len(given) != 1:
        raise UsageError("--workdir, --model, --videos: give one of the three")
    if given != ["workdir"]:
        for name in ("data", "output"):
            if values[name].value is None:
                raise UsageError(f"--{name}: not given, and needed with --{given[0]}")
    if values.targets and given != ["videos"]:
        raise UsageError("--targets: says what the files of --videos should be. Give --videos")
    if values.checkpoint != "last" and given != ["workdir"]:
        raise UsageError("--checkpoint: chooses one of a run. Give --workdir")
    if values.output is not None:
        _check_output(Path(values.output), values)


def _check_output(output, values):
    if output.exists() and not values.overwrite:
        raise StorageError(f"output {str(output)!r}: it exists. Add --overwrite or name another")


def _made(values):
    from vgan import experiment, saved_model  # TensorFlow takes seconds to load.

    step = values.frame_step or 1
    if values.videos:
        from vgan.evaluation import clips

        videos, _, lossy = clips.read_folder(values.videos)
        told = f"videos {values.videos!r}"
        if lossy:
            logging.warning(
                "videos %r are compressed (%s), the data are not: some of the distance is the "
                "codec's. Score a model itself, or save .npy files",
                values.videos,
                ", ".join(lossy),
            )
        return Made(videos, told, values.data, step, None, ", ".join(lossy))
    if values.model:
        model = saved_model.load(values.model)
        told = f"export {values.model!r}"
        return Made(_drawn(model, values), told, values.data, step, None)
    run = experiment.restore(values.workdir, values.checkpoint)
    told = f"workdir {values.workdir!r}, step {run.step}, averaged weights"
    output = str(Path(values.workdir) / "evaluation" / str(run.step))
    _check_output(Path(values.output or output), values)
    step = values.frame_step or run.config.frame_step
    data = values.data or run.config.data
    return Made(_drawn(run.sampling_model(), values), told, data, step, output)


def _drawn(model, values):
    import numpy as np

    told = _progress("making clips", values.num_videos)
    videos = []
    for some in model.stream(values.num_videos, values.seed):
        videos.append(some)
        told(len(some))
    return np.concatenate(videos)


def _classifier(values):
    if values.classifier is None:
        return None
    from vgan.metrics import classifier

    return classifier.load(values.classifier)


def _pairs(values, videos):
    from vgan.evaluation import clips, scores

    names = {}
    targets, names["targets"], _ = clips.read_folder(values.targets)
    _, names["videos"], _ = clips.read_folder(values.videos)
    if [Path(n).stem for n in names["targets"]] != [Path(n).stem for n in names["videos"]]:
        raise DataError(
            f"targets {values.targets!r}: their names aren't those of {values.videos!r}. Give one "
            "file of the same name for each"
        )
    if targets.shape[1:] != videos.shape[1:]:
        raise DataError(
            f"targets {values.targets!r}: {list(targets.shape[1:])}, the videos are "
            f"{list(videos.shape[1:])}. Give files of one length and size"
        )
    return scores.of_pairs(videos, targets)


def _protocol(values, made, windows, interval, evaluator, result):
    other = "train" if values.split == "test" else "test"
    packages = ("vgan", "tensorflow", "keras", "numpy", "opencv-python")
    return {
        "generated": made.told,
        "compressed": made.compressed,
        "data": made.data,
        "fingerprint": windows.fingerprint,
        "split": values.split,
        "clip": str(windows.clip),
        "frame_step": made.frame_step,
        "clip_rule": f"starts {interval} frames apart in each video, at most {values.num_videos} "
        "clips, chosen by a hash of seed and contents",
        "resize_rule": "area, to the size of the clip",
        "seed": values.seed,
        "n_generated": len(result.clips),
        "n_real": len(evaluator.sets[values.split]),
        "n_other_real": len(evaluator.sets[other]),
        "source_videos": len(set(evaluator.sets[values.split].sources.tolist())),
        "floor": f"the same figure for as many real clips of the {other} split",
        "interval": "two standard errors, by a jackknife over source videos on either side",
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }


def _write(output, result, protocol, evaluator, fps):
    from vgan.evaluation import output as outputs
    from vgan.reports import evaluation as report

    text = outputs.scores_text(result, protocol)
    numbers, distances = result.nearest
    shown = report.Clips(
        result.clips.take(slice(SHOWN)),
        evaluator.nearest_windows(numbers[:SHOWN]),
        distances[:SHOWN],
        evaluator.sets["test"].take(slice(SHOWN)),
    )
    with outputs.folder(output) as folder:
        (folder / "scores.json").write_text(text)
        report.write(folder / "report.html", json.loads(text), shown, result.per_clip, fps)
    print("\n".join(outputs.table(json.loads(text))))
    print(f"\nwrote {output}/scores.json and {output}/report.html")


def _progress(what, total):
    return tqdm(total=total, desc=what, unit="clip", disable=None).update


if __name__ == "__main__":
    command.run(main)
