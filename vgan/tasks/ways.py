"""What a task does with a whole file, which `vgan.sampling.files` then does."""

import typing

LEAST_GIVEN = 4
"""With fewer given frames in a clip, most of a window is made without a frame to come."""


class Restored(typing.NamedTuple):
    """Each frame is a hint of the one that is made.

    Attributes:
      scale: how many times larger the frames are that are made.
      enlarged: float32 [B, T, H, W, C] -> the same `scale` times larger, for a scale above 1.
    """

    scale: int = 1
    enlarged: typing.Callable | None = None


class Inpainted(typing.NamedTuple):
    """Pixels under a mask are made anew."""


class Continued(typing.NamedTuple):
    """The video goes on, again and again from its own last frames.

    Attributes:
      given: how many of them a clip begins with.
    """

    given: int


class Raised(typing.NamedTuple):
    """The frame rate is raised `rate` times."""

    rate: int


class Between(typing.NamedTuple):
    """As many frames or pictures become a clip that has them at some positions.

    Attributes:
      positions: sorted, from 0.
    """

    positions: tuple


def of_positions(positions, frames):
    """The way of a task that gives the frames of a clip at some positions; None if it gives all."""
    given = sorted({position % frames for position in positions})
    if len(given) == frames:
        return None
    if given == list(range(len(given))):
        return Continued(len(given))
    if len(given) >= LEAST_GIVEN:
        rate = given[1]
        if frames % rate == 0 and given == list(range(0, frames, rate)):
            return Raised(rate)
    return Between(tuple(given))
