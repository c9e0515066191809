"""Directions of latents that have names, as a file."""

import typing

import numpy as np

from vgan.core.errors import CheckpointError, UsageError, told
from vgan.core.files import replacing

FILE = "directions.npz"

STATISTIC, PRINCIPAL, SINGULAR = "statistic", "principal", "singular"

REACH = 2.0
"""How many standard deviations a walk goes along a direction, either way."""


class Directions(typing.NamedTuple):
    """Ways through the latents of a model, K of them.

    Attributes:
      names: str [K], no two alike.
      kinds: str [K]: statistic, what clips show of that name changes along it; principal or
        singular, components of what the first layers make of latents.
      vectors: float32 [K, *latent_shape], of length 1. Latents are normal, so adding a vector is
        a step of one standard deviation of theirs along it.
      r2: float32 [K], which share of a statistic's variance, of clips that weren't fitted, it
        explains; NaN of other kinds.
      step: int, of the checkpoint.
    """

    names: np.ndarray
    kinds: np.ndarray
    vectors: np.ndarray
    r2: np.ndarray
    step: np.ndarray

    def vector(self, name):
        """That of a name, float32 of the latent shape; raises UsageError for an unknown one."""
        if name not in self.names:
            raise UsageError(f"direction {name!r}: unknown. Choose one of {', '.join(self.names)}")
        return self.vectors[list(self.names).index(name)]

    def along(self, latents, amounts):
        """Latents that went some deviations along directions, {name: how many}."""
        for name, amount in amounts.items():
            latents = latents + np.float32(amount) * self.vector(name)
        return latents

    def about(self):
        """A dict for JSON of each: its name, its kind, and its r2 or None."""
        rows = zip(self.names, self.kinds, self.r2, strict=True)
        return [
            {"name": str(name), "kind": str(kind), "r2": float(r2) if np.isfinite(r2) else None}
            for name, kind, r2 in rows
        ]


def write(path, directions):
    """Writes Directions to `path`, a .npz file."""
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **directions._asdict())


def read(path, latent_shape):
    """The Directions of a file.

    Args:
      path: `Path` of it.
      latent_shape: of the model's latents.
    Raises:
      CheckpointError: there is none, it is damaged, or of another model.
    """
    if not path.exists():
        raise CheckpointError(
            f"directions {str(path)!r}: there are none yet. Find them by python -m vgan.directions"
        )
    try:
        with np.load(path) as file:
            found = Directions(*(file[name] for name in Directions._fields))
        _check(found)
    except Exception as error:  # A damaged file raises whatever its parser meets.
        raise CheckpointError(
            f"directions {str(path)!r}: damaged ({told(error)}). Find them again by "
            "python -m vgan.directions"
        ) from None
    if list(found.vectors.shape[1:]) != list(latent_shape):
        raise CheckpointError(
            f"directions {str(path)!r}: of latents {list(found.vectors.shape[1:])}, this model's "
            f"are {list(latent_shape)}. Find this model's by python -m vgan.directions"
        )
    return found


def _check(found):
    """Raises ValueError for arrays that are no Directions."""
    number = len(found.vectors)
    if not found.names.shape == found.kinds.shape == found.r2.shape == (number,):
        raise ValueError("its arrays differ in length")
    if found.names.dtype.kind != "U" or found.kinds.dtype.kind != "U" or found.step.shape:
        raise ValueError("its names are no texts, or its step no number")
    if found.vectors.dtype != np.float32 or not np.isfinite(found.vectors).all():
        raise ValueError("its vectors are not finite float32 numbers")
