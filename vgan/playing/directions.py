"""Directions of latents that have names, as a run keeps them."""

import typing
from pathlib import Path

import numpy as np

from vgan.core.errors import DataError, told

FILE = Path("directions") / "directions.npz"
"""In a workdir."""


class Direction(typing.NamedTuple):
    """What changes as latents go some way.

    Attributes:
      name, kind: of it, texts.
      vector: float32 of the latent shape, the way for one deviation.
      r2: which share of what it is named by it explains, or NaN.
    """

    name: str
    kind: str
    vector: np.ndarray
    r2: float

    def about(self):
        """What the page is to know of it."""
        r2 = float(self.r2) if np.isfinite(self.r2) else None
        return {"name": self.name, "kind": self.kind, "r2": r2}


def read(path, latent_shape):
    """The directions of a file: {name: Direction}.

    Raises:
      DataError: it can't be read, or is of another model.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            columns = [file[name] for name in ("names", "kinds", "vectors", "r2")]
            found = [
                Direction(str(n), str(k), np.float32(v), r)
                for n, k, v, r in zip(*columns, strict=True)
            ]
    except Exception as error:  # A damaged file raises whatever its parser meets.
        raise DataError(
            f"directions {str(path)!r}: can't be read ({told(error)}). Make them again"
        ) from None
    for way in found:
        if way.vector.shape != tuple(latent_shape) or not np.isfinite(way.vector).all():
            raise DataError(
                f"directions {str(path)!r}: {way.name!r} is {list(way.vector.shape)}, this model's "
                f"latents are {list(latent_shape)}, finite. Make them again"
            )
    return {way.name: way for way in found}


def changed(latents, ways, amounts):
    """Latents that went along some directions.

    Args:
      latents: float32 of the latent shape.
      ways: {name: Direction}.
      amounts: {name: how many deviations}.
    Raises:
      DataError: there is no direction of a name.
    """
    for name, amount in amounts.items():
        if name not in ways:
            raise DataError(
                f"direction {name!r}: this model has none of that name. Load the page again"
            )
        latents = latents + np.float32(amount) * ways[name].vector
    return latents
