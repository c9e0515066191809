"""What a kind of features is."""

from collections.abc import Callable
from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of features.

    Attributes:
      names: list of D names, without that of the kind.
      describe: a function of (frames, following), both uint8 [N, H, W, 3], RGB, frames of one
        clip and the frame after each, that gives D numbers.
    """

    names: list[str]
    describe: Callable
