"""Scores made videos against real ones: python -m vgan.evaluate --workdir=runs/base."""

import functools
import json
import re
import sys
from pathlib import Path

from absl import flags
from tqdm import tqdm

from vgan.core import command
from vgan.core.errors import DataError, StorageError, UsageError, naming
from vgan.runs import checkpoint_choice, config

SHOWN = 16
"""How many made and real clips the page shows."""

config.define_run_flags()
config.define_sampler_flag()
config.define_back_flag()
flags.DEFINE_string("model", None, "Folder of an export, instead of --workdir.")
flags.DEFINE_string("videos", None, "Folder of videos that are made already, instead of both.")
flags.DEFINE_string("targets", None, "Folder of what --videos should be, by file name: PSNR, SSIM.")
flags.DEFINE_string("data", None, "Real clips: a prepared folder or shapes() (default: the run's).")
flags.DEFINE_integer("frame_step", None, "Of the real clips (default: the run's, or 1).", 1)
flags.DEFINE_enum("split", "test", ["train", "test"], "Real clips to compare with.")
flags.DEFINE_integer("num_videos", 1024, "At most so many clips of each kind.", lower_bound=16)
flags.DEFINE_integer(
    "start_interval",
    None,
    "Frames between the starts of real clips of one video (default: the length of a clip).",
    lower_bound=1,
)
flags.DEFINE_integer("seed", 0, "Of the made videos and of every choice.", 0, 2**59 - 1)
flags.DEFINE_string("features", "", "Networks of your own: saved_model(path='...', output='...').")
flags.DEFINE_string("classifier", None, "Folder that python -m vgan.train_classifier wrote.")
flags.DEFINE_string("task", None, "Which of its tasks, of a run of several (default: as mixed).")
flags.DEFINE_integer("maps", 0, "Made clips whose page shows what critics look at.", 0, SHOWN)
flags.DEFINE_string(
    "cache", None, "Where measures of real clips are kept (default: ~/.cache/vgan)."
)
command.define_output("Folder (default: WORKDIR/evaluation/STEP).")


def main():
    values = flags.FLAGS
    _check_flags(values)
    # TensorFlow takes seconds to load; flags come first.
    from vgan.evaluation import protocol, scored

    user_networks, classifier = _features(values)
    made, output = _made(values)
    inside = _inside(values)
    data = made.data, made.clip, made.frame_step
    rule = values.num_videos, values.seed, values.start_interval, values.split
    evaluator = scored.opened(*data, *rule, values.cache, user_networks, classifier, _progress)
    protocol.warn(made, evaluator, classifier)
    result = evaluator.score(*made.draw(evaluator))
    _write(Path(output), result, protocol.describe(made, evaluator, result), evaluator, inside)


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
    checkpoint_choice.parse(values.checkpoint)
    if values.checkpoint != "last" and given != ["workdir"]:
        raise UsageError("--checkpoint: chooses one of a run. Give --workdir")
    if values.sampler is not None and given != ["workdir"]:
        raise UsageError("--sampler: is how a run draws. Give --workdir")
    if values.maps and (given != ["workdir"] or values.back):
        raise UsageError("--maps: are of the critics of a run that makes clips. Give --workdir")
    if values.back and given != ["workdir"]:
        raise UsageError("--back: is a way that a run goes. Give --workdir")
    if values.task is not None and given != ["workdir"]:
        raise UsageError("--task: is one of those of a run. Give --workdir")
    if values.output is not None:
        _check_output(Path(values.output))


def _check_output(output):
    command.check_new(output)
    if output.exists() and not (output / "scores.json").exists():
        raise StorageError(
            f"output {str(output)!r}: holds no evaluation, so it isn't overwritten. Name another"
        )


def _features(values):
    from vgan.core import spec
    from vgan.metrics import classifier

    parts = spec.parse_unweighted(values.features, "--features")
    with naming("features", values.features):
        user_networks = [spec.build(part, "vgan.metrics.user_networks.{}") for part in parts]
    return user_networks, classifier.load(values.classifier) if values.classifier else None


def _made(values):
    """What is to be scored, and the folder for it."""
    from vgan.core.clip import ClipSpec
    from vgan.evaluation import clips, generated
    from vgan.evaluation.protocol import Made
    from vgan.runs import trained
    from vgan.serving import saved_model

    step = values.frame_step or 1
    if values.videos:
        videos, names, lossy = clips.read_folder(values.videos)
        files = generated.Videos(videos, _targets(values, videos, names))
        origin, size = f"videos {values.videos!r}", ClipSpec(*videos.shape[1:])
        made = Made(lambda _: files, len(videos), size, origin, values.data, step, None, lossy)
        return made, values.output
    data, output, part = values.data, values.output, None
    if values.model:
        model = saved_model.load(values.model, values.trust_code)
        origin = f"export {values.model!r}"
    else:
        about = values.checkpoint, None, values.trust_code
        run = trained.restore(values.workdir, *about, sampler=values.sampler, back=values.back)
        part = run.card.task.alone(values.task) if values.task is not None else None
        if part and part.shows:
            run = run._replace(card=run.card._replace(task=part))
        model, (origin, name) = run.sampling_model(), _named(values, run, part)
        data, step = data or run.config.data, values.frame_step or run.config.frame_step
        output = output or str(Path(values.workdir) / "evaluation" / name)
        _check_output(Path(output))
    asked = "other classes than theirs" if model.task.relabels else "classes in turn"
    origin += f", {asked}" if model.labels else ""
    origin += f", task {model.task.text}" if model.task.shows and not part else ""

    def draw(evaluator):
        number, progress = values.num_videos, _progress("making clips", values.num_videos)
        shows = (part or model.task).shows
        found = generated.videos(model, number, values.seed, evaluator, progress, shows)
        if values.model or not run.model.encodes or model.task.needs_given:
            return found
        rebuilt = generated.rebuilt(run.model, run.card, number, evaluator.real)
        return found._replace(rebuilt=rebuilt)

    return Made(draw, values.num_videos, model.clip, origin, data, step, model.fps, []), output


def _named(values, run, part):
    """What of a run is scored, and the name of the folder for it within the run's."""
    choice = checkpoint_choice.parse(values.checkpoint)
    origin = f"workdir {values.workdir!r}, step {run.step}, averaged weights"
    origin += f", {values.checkpoint}" if choice.number > 1 else ""
    origin += f", {values.sampler}" if values.sampler else ""
    origin += ", the way back" if values.back else ""
    origin += f", rebuilt of {run.ratio:g} times fewer numbers" if run.ratio else ""
    origin += f", of its tasks {part.text}" if part else ""
    name = f"{run.step}-{choice.kind}-{choice.number}" if choice.number > 1 else str(run.step)
    for text in filter(None, (values.sampler, values.task)):  # Beside the run's own evaluation.
        name += "-" + re.sub(r"\W+", "-", text).strip("-")
    return origin, name + "-back" * values.back


def _targets(values, videos, names):
    if values.targets is None:
        return None
    from vgan.evaluation import clips
    from vgan.metrics import paired

    targets, theirs, _ = clips.read_folder(values.targets)
    if [Path(name).stem for name in theirs] != [Path(name).stem for name in names]:
        raise DataError(
            f"targets {values.targets!r}: their names aren't those of {values.videos!r}. Give one "
            "file of the same name for each"
        )
    if targets.shape != videos.shape or min(videos.shape[2:4]) < paired.WINDOW:
        raise DataError(
            f"targets {values.targets!r}: {list(targets.shape[1:])}, the videos are "
            f"{list(videos.shape[1:])}. Give files of one length and size, at least "
            f"{paired.WINDOW} pixels each way"
        )
    return targets


def _inside(values):
    """What the page says of how a run's model works."""
    if not values.workdir or values.back:
        return []
    from vgan.reports import inside

    about = values.workdir, values.checkpoint, values.trust_code
    return inside.sections(*about, values.maps, values.seed)


def _write(output, result, protocol, evaluator, inside):
    from vgan.core.files import replacing_folder
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
    with replacing_folder(output) as folder:
        (folder / "scores.json").write_text(text)
        fps = evaluator.windows["test"].fps
        about = json.loads(text), shown, result.per_clip, fps
        report.write(folder / "report.html", *about, inside)
    print("\n".join(outputs.table(json.loads(text))))
    print(f"\nwrote {output}/scores.json and {output}/report.html")


def _progress(what, total):
    """A function to call with how many more are done; a line or bar appears with the first."""

    @functools.cache
    def bar():
        if not sys.stderr.isatty():
            print(f"{what}: {total}", file=sys.stderr, flush=True)
        return tqdm(total=total, desc=what, unit="clip", disable=None)

    return lambda count: bar().update(count)


if __name__ == "__main__":
    command.run(main)
