"""A treatment of which more is to be known than what it does."""

import typing


class Treatment(typing.NamedTuple):
    """Calls a treatment, and says what holds after it.

    Attributes:
      treat: (frames, fps) -> (frames, fps), see vgan.treatments.
      makes_pixels_square: pixels are square after it, whatever they were.
    """

    treat: typing.Callable
    makes_pixels_square: bool = False

    def __call__(self, frames, fps):
        return self.treat(frames, fps)
