"""An unpaired translation beside what needs no network, on held-out clips.

  python experiments/translations.py --workdir=runs/cycle --experiment=cycle
  python experiments/translations.py --workdir=runs/cycle --experiment="cycle, back" --back
  python experiments/translations.py --workdir=runs/star --experiment=star --classifier=FOLDER

Fréchet distances are to clips of the target, beside their floors. The warp error is along the flow
of the source (Farneback), over the source's own. Of one shape to a clip, content is kept in a clip
if in each frame the pixels whose colour is nearer to the shape's in the source than to the ground's
are the shape's (IoU above 0.5), which needs its place, its form and its colour; of a relabelled
clip, whose form changes, if the middles of the two are at most a tenth of the side apart. Asked
classes are found by a classifier of python -m vgan.train_classifier.
"""

import tempfile
from pathlib import Path

import cv2
import held_out
import numpy as np
import trial
from absl import flags
from steadiness import warp_error

from vgan.core import command

held_out.define_flags()
flags.DEFINE_integer("num_videos", 256, "The most held-out clips.", lower_bound=16)
flags.DEFINE_integer("seed", 1, "Of the latents and of the references.", lower_bound=0)
flags.DEFINE_bool("back", False, "Translate from the target to the source.")
flags.DEFINE_string("classifier", None, "Of asked classes, what train_classifier wrote.")
flags.DEFINE_string("output", "experiments/results/translation.csv", "CSV file of the rows.")


def main():
    from vgan.evaluation import scored
    from vgan.runs import trained

    values = flags.FLAGS
    held_out.check_given("workdir", "experiment")
    run = trained.restore(values.workdir, values.checkpoint, back=values.back)
    evaluator = scored.opened(
        run.config.data, run.card.clip, run.config.frame_step, values.num_videos, seed=0
    )
    clips = evaluator.real(slice(values.num_videos))
    model, seed = run.sampling_model(), values.seed
    sources = clips[0] if run.card.task.relabels else clips[1]
    numbers = evaluator.sets["test"].numbers[: len(sources)]
    masks = _masks(evaluator.windows["test"], numbers, run.card.task.relabels)
    asked = model.asked(clips[2], seed)
    pixels, kinds = model.show(clips[0], seed, source=sources)
    made = {"model": model.complete(pixels, kinds, seed, labels=asked), "as given": sources}
    if not run.card.task.relabels:
        made["match_colours"] = matched(sources, clips[0], seed)
    rows = []
    for method, of in made.items():
        row = {"experiment": values.experiment, "method": method, "steps": run.step}
        row |= {"run_seed": run.config.seed, "n_clips": len(of)} | _distances(evaluator.score(of))
        row["warp_error_ratio"] = round(float(warp_error(of, sources) / warp_error(sources)), 4)
        moved = run.card.task.relabels
        row["kept"] = "" if masks is None else round(kept(of, sources, masks, moved), 4)
        row["asked_class"] = _found(of, asked) if values.classifier else ""
        rows.append(row)
    print(*rows, sep="\n")
    trial.Rows(values.output).add(*rows)


def _distances(result):
    found = {}
    for name in trial.SCORES:
        score = result.scores[name]
        found |= {name: round(score["value"], 5), f"{name}_floor": round(score["floor"], 5)}
    return found


def _masks(windows, numbers, itself):
    """Where the shape of each source is, bool [N, T, H, W]; None of other data."""
    if not itself:
        windows, numbers = windows.source.windows, numbers % len(windows.source)
    if getattr(windows, "scene", "") != "forms" or windows.objects > 1:
        return None
    return np.stack([windows.masks(int(number))[0] for number in numbers])


def matched(sources, targets, seed):
    """Each clip with the colours of a random clip of the target, by match_colours."""
    from vgan.treatments import match_colours

    order, found = np.random.default_rng(seed).permutation(len(targets)), []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "reference.png")
        for source, number in zip(sources, order, strict=False):
            cv2.imwrite(path, targets[number][0][..., ::-1])
            found.append(np.stack(list(match_colours.treatment(path)(source, 8.0)[0])))
    return np.stack(found)


def kept(videos, sources, masks, moved=False):
    """The share of clips that keep their content, see above.

    Args:
      moved: ask for the shape's place alone.
    """
    return float(np.mean([_is_kept(*of, moved) for of in zip(videos, sources, masks, strict=True)]))


def _is_kept(video, source, mask, moved):
    shape, ground = _hue(source[mask].mean(0)), _hue(source[~mask].mean(0))
    if moved:
        shape, ground = _hue(video[mask].mean(0)), _hue(video[~mask].mean(0))
    colours = video / np.maximum(np.linalg.norm(video, axis=-1, keepdims=True), 1)
    found = colours @ shape > colours @ ground
    if moved:
        middles = np.array([[_middle(of) for of in frames] for frames in (found, mask)])
        return np.hypot(*(middles[0] - middles[1]).T).max() <= 0.1 * video.shape[1]
    both = (found & mask).sum((1, 2)) / np.maximum((found | mask).sum((1, 2)), 1)
    return both.min() > 0.5


def _hue(colour):
    """The direction of a colour, whatever its light."""
    return colour / max(np.linalg.norm(colour), 1e-6)


def _middle(mask):
    where = np.argwhere(mask)
    return where.mean(0) if len(where) else np.full(2, np.inf)


def _found(videos, asked):
    """The share of clips that a classifier takes for what was asked."""
    from vgan.metrics import classifier

    found = classifier.load(flags.FLAGS.classifier).probabilities(videos).argmax(1)
    return round(float((found == asked).mean()), 4)


if __name__ == "__main__":
    command.run(main)
