"""Progressive growing: a run that starts on small, short clips, and the step each size is left at.

Source: Karras et al., "Progressive Growing of GANs", 2018; in time as well: Acharya et al.,
"Towards High Resolution Video Generation with Progressive Growing of Sliced Wasserstein GANs",
2018.
"""

import dataclasses
import re
import typing

from vgan.core.errors import UsageError
from vgan.runs.config import ExperimentConfig


class Stage(typing.NamedTuple):
    """Steps `first` to `last` of a run, and its configuration at the size of that time."""

    config: ExperimentConfig
    first: int
    last: int


def stages_of(config):
    """The stages of a run, one alone where --stages is empty.

    Where a stage has fewer frames it takes them as much farther apart, so that all stages see
    motions of the same length.

    Raises:
      UsageError: stages that can't be read, don't grow, or leave no steps for the full size.
    """
    found, first = [], 0
    for text in filter(None, map(str.strip, config.stages.split(","))):
        match = re.fullmatch(r"(\d+)x(\d+)x(\d+):(\d+)", text)
        if not match:
            raise _error(config, f"{text!r} isn't of the form FRAMESxHEIGHTxWIDTH:STEPS")
        frames, height, width, steps = map(int, match.groups())
        if not (frames and height and width and steps):
            raise _error(config, f"{text!r} has a zero")
        if config.frames % frames:
            raise _error(config, f"{frames} frames don't divide --frames={config.frames}")
        step = config.frame_step * (config.frames // frames)
        size = {"frames": frames, "height": height, "width": width, "frame_step": step}
        found.append(Stage(dataclasses.replace(config, **size), first, first + steps))
        first += steps
    if first >= config.steps:
        raise _error(config, f"their {first} steps leave none of --steps={config.steps}")
    found.append(Stage(config, first, config.steps))
    for small, large in zip(found, found[1:], strict=False):
        sizes = zip(small.config.clip.shape, large.config.clip.shape, strict=True)
        if any(a > b for a, b in sizes) or small.config.clip == large.config.clip:
            raise _error(config, f"{large.config.clip} isn't larger than {small.config.clip}")
    return found


def _error(config, reason):
    return UsageError(f"--stages={config.stages}: {reason}")
