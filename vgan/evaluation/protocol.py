"""All that a score was computed from, and what to be wary of."""

import importlib.metadata
import typing

from absl import logging

from vgan.core.clip import ClipSpec

FEW = 512
"""With fewer clips, distances are mostly bias and chance."""


class Made(typing.NamedTuple):
    """Videos to be scored, and what they are to be compared with.

    Attributes:
      draw: evaluator.Evaluator -> generated.Videos.
      number: N.
      clip: ClipSpec of them.
      origin: where they come from, as text.
      data, frame_step: of the real clips.
      fps: the frame rate that a model makes them for, None for files.
      lossy: names of the lossy codecs that files are compressed with.
    """

    draw: typing.Callable
    number: int
    clip: ClipSpec
    origin: str
    data: str
    frame_step: int
    fps: float | None
    lossy: list


def warn(made, evaluator, classifier):
    """Warns where scores mean less than they seem to.

    Args:
      made: Made.
      evaluator: evaluator.Evaluator.
      classifier: metrics.classifier.Classifier or None.
    """
    if classifier is not None:
        labels = tuple(evaluator.windows["train"].labels)
        if (classifier.labels, classifier.about["frame_step"]) != (labels, made.frame_step):
            logging.warning(
                "the classifier was trained on other data: %s with --frame_step=%d. Train one on "
                "these",
                classifier.about["data"],
                classifier.about["frame_step"],
            )
    fps = evaluator.windows["test"].fps
    if made.lossy:
        logging.warning(
            "%s are compressed (%s), the data are not: some of the distance is the codec's. "
            "Score a model itself, or save .npy files",
            made.origin,
            ", ".join(made.lossy),
        )
    if made.fps and not 0.9 < made.fps / fps < 1.1:
        logging.warning(
            "the model makes %g frames a second, the real clips have %g with --frame_step=%d: "
            "their motion can't be compared. Give the frame step that it was trained with",
            made.fps,
            fps,
            made.frame_step,
        )
    count = min(made.number, *map(len, evaluator.sets.values()))
    if count < FEW:
        logging.warning(
            "%d clips on a side: enough to see a bad model, too few to tell two good ones apart. "
            "From %d on distances mean more; read them by their floors",
            count,
            FEW,
        )


def describe(made, evaluator, result):
    """A dict of what all figures of an evaluation share.

    Args:
      made: Made.
      evaluator: evaluator.Evaluator.
      result: evaluator.Result.
    """
    split, other = evaluator.split, evaluator.other
    windows, clips = evaluator.windows[split], evaluator.sets[split]
    packages = ("vgan", "tensorflow", "keras", "numpy", "opencv-python")
    return {
        "generated": made.origin,
        "compressed": ", ".join(made.lossy),
        "data": made.data,
        "fingerprint": windows.fingerprint,
        "split": split,
        "clip": str(windows.clip),
        "frame_step": made.frame_step,
        "clip_rule": f"starts {evaluator.interval} frames apart in each video, at most "
        f"{evaluator.most} clips, chosen by a hash of seed and contents",
        "resize_rule": "area, to the size of the clip",
        "seed": evaluator.seed,
        "n_generated": len(result.clips),
        "n_real": len(clips),
        "n_other_real": len(evaluator.sets[other]),
        "source_videos": len(set(clips.sources.tolist())),
        "floor": f"the same figure for as many real clips of the {other} split",
        "interval": "two standard errors, by a jackknife over source videos on either side",
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }
