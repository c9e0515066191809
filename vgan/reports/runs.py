"""What is read from the folder of a run."""

from pathlib import Path
from typing import NamedTuple

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from vgan.core.errors import CheckpointError
from vgan.core.stored import read_json
from vgan.runs.workdir import Workdir

_FORMAT = 1
_CURVES = ("scores/", "health/", "terms/")
_POINTS = 500
"""How many points a longer curve is thinned out to."""


class Run(NamedTuple):
    """A run and its newest evaluation.

    Attributes:
      name: its folder, as a person gave it.
      step: of the evaluation, or None.
      evaluation: what its `scores.json` holds, or None.
      curves: {tag: (steps, values)} of TensorBoard, scores first.
    """

    name: str
    step: int | None
    evaluation: dict | None
    curves: dict


def read(path):
    """The Run in a folder; raises CheckpointError if it isn't a workdir, or is damaged."""
    workdir = Workdir(path)
    if workdir.read_config() is None:
        raise CheckpointError(
            f"run {str(path)!r}: not a workdir. Give the folder of a training run"
        )
    files = {
        int(file.parent.name): file
        for file in workdir.evaluation.glob("*/scores.json")
        if file.parent.name.isdecimal()
    }
    step = max(files, default=None)
    evaluation = None if step is None else _read_evaluation(files[step])
    return Run(str(path), step, evaluation, _read_curves(workdir.summaries))


def _read_evaluation(file):
    remedy = "Remove it and evaluate again"
    evaluation = read_json(file, {"format": int}, "evaluation", CheckpointError, remedy)
    if evaluation["format"] != _FORMAT:
        raise CheckpointError(
            f"evaluation {str(file)!r}: written by another version of vgan. Evaluate again"
        )
    return evaluation


def _read_curves(folder):
    if not Path(folder).is_dir():
        return {}
    logged = EventAccumulator(str(folder), size_guidance={"tensors": _POINTS})
    logged.Reload()
    tags = sorted(logged.Tags()["tensors"])
    curves = {}
    for tag in [tag for start in _CURVES for tag in tags if tag.startswith(start)]:
        # They come by the clock, which may have been set back between two sittings.
        events = sorted(logged.Tensors(tag), key=lambda event: event.step)
        values = [float(make_ndarray(event.tensor_proto)) for event in events]
        curves[tag] = [event.step for event in events], values
    return curves
