"""What a kind of features is."""

from collections.abc import Callable
from typing import NamedTuple

from vgan.core.errors import UsageError


class Kind(NamedTuple):
    """One kind of features.

    Attributes:
      names: list of D names, without that of the kind.
      describe: a function of (frames, following), both uint8 [N, H, W, 3], RGB, frames of one
        clip and the frame after each, that gives D numbers.
    """

    names: list[str]
    describe: Callable


def scikit_image(kind):
    """The package `skimage`; `kind` is the one that needs it. Raises UsageError without it."""
    try:
        import skimage
    except ImportError:
        raise UsageError(
            f"--features={kind}: needs scikit-image, which isn't installed. "
            "Run pip install 'vgan[features]', or leave this kind out"
        ) from None
    return skimage
