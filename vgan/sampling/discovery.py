"""What the latents of a trained generator mean: directions named by what changes along them."""

import typing

import numpy as np

from vgan.core.errors import UsageError
from vgan.media.clips import grid
from vgan.metrics import content, regression
from vgan.sampling import first_layers
from vgan.sampling.directions import PRINCIPAL, SINGULAR, STATISTIC, Directions

_HELD_OUT = 0.25
"""Share of the clips that isn't fitted: the last ones, since labels go in turns."""

_LEAST = 16
"""Clips in which something moves, below which nothing is fitted."""

STOPS = (-2, -1, 0, 1, 2)
"""Where on its way along a direction a clip is shown, in standard deviations."""

_SHOWN = 3
"""Clips that are shown on their way."""

_CONSTANT = 1e-9
"""Deviation up to which a statistic is the same in all clips, and has no direction."""

_PROBES = 32
"""Clips that go along each direction, to see what changes."""

_FEATURED = 1024
"""The most clips whose features principal components are of."""


class Found(typing.NamedTuple):
    """What the latents of a model mean.

    Attributes:
      directions: Directions, K of them.
      changes: float64 [K, S], by how many standard deviations each statistic of content.UNITS
        changes on a step along each direction: the mean over clips, of half of what changes from a
        step back to a step ahead.
      means, deviations: float64 [S], of the statistics over all clips.
      by_label: float64 [S], which share of a statistic's variance the class explains; NaN without.
      together: {angle of content.CIRCLES: R^2 of its cosine and sine together}.
      fitted, held_out, still: numbers of clips; those in which nothing moves are neither.
    """

    directions: Directions
    changes: np.ndarray
    means: np.ndarray
    deviations: np.ndarray
    by_label: np.ndarray
    together: dict
    fitted: int
    held_out: int
    still: int


def find(measure, step, number, components, seed=0, progress=iter):
    """Directions by principal components, singular vectors, and regressions of statistics.

    Where clips are of several classes, the means of those are taken off, both of statistics and of
    latents: what is found is what latents change within a class.

    Args:
      measure: measuring.Measure of the model.
      step: int, of its checkpoint.
      number: of clips that are drawn for regressions.
      components: the most principal components, and singular vectors.
      seed: of all clips.
      progress: wraps iterables of chunks of clips.
    Returns:
      Found.
    Raises:
      UsageError: too few clips in which something moves.
    """
    drawn = measure.draw(seed, number, progress=progress)
    fit = _Regression(drawn)
    model, some = (measure.sampler, measure.card), slice(_FEATURED)
    featured = drawn.latents[some], drawn.labels[some]
    principal = first_layers.principal(*model, *featured, components)
    singular = first_layers.singular(*model, components)
    parts = [(STATISTIC, fit.names, fit.vectors)]
    for kind, vectors in ((PRINCIPAL, principal), (SINGULAR, singular)):
        parts.append((kind, [f"{kind}_{n + 1}" for n in range(len(vectors))], vectors))
    directions = Directions(
        np.array([name for _, names, _ in parts for name in names]),
        np.array([kind for kind, names, _ in parts for _ in names]),
        np.concatenate([vectors for *_, vectors in parts]),
        np.float32([*fit.r2, *[np.nan] * (len(principal) + len(singular))]),
        np.int64(step),
    )
    changes = _changes(measure, directions, seed, number, progress) / fit.deviations
    about = fit.means, fit.deviations, fit.by_label, fit.together
    return Found(directions, changes, *about, fit.fitted, fit.held_out, fit.still)


def strips(measure, directions, seed=0):
    """Clips on their way along each direction.

    Args:
      measure, seed: as of `find`; directions: Directions.
    Yields:
      for each direction uint8 [T, H', W', 3]: a row for each clip, a column for each of STOPS.
    """
    start = measure.draw(seed, _SHOWN)
    labels = start.labels.repeat(len(STOPS))
    for vector in directions.vectors:
        latents = np.stack([of + stop * vector for of in start.latents for stop in STOPS])
        yield grid(measure.videos(np.float32(latents), labels), len(STOPS))


class _Regression:
    """Statistics of clips on their latents; attributes as of Directions and Found."""

    def __init__(self, drawn):
        moves = np.isfinite(drawn.values).all(1)
        values, labels = drawn.values[moves], drawn.labels[moves]
        latents = np.float64(drawn.latents[moves].reshape(moves.sum(), -1))
        self.still, self.held_out = int((~moves).sum()), int(_HELD_OUT * len(values))
        self.fitted = len(values) - self.held_out
        missing = set(drawn.labels) - set(labels[: self.fitted])
        if len(values) < _LEAST or missing:
            raise UsageError(
                f"--num_videos={len(moves)}: something moves in {len(values)} of them, and not in "
                f"clips of {len(missing)} classes. Draw more, or train the model further"
            )
        self.means, self.deviations = values.mean(0), np.maximum(values.std(0), 1e-12)
        within, latents = (self._centred(of, labels) for of in (values, latents))
        weights = regression.ridge(latents[: self.fitted], within[: self.fitted])
        held, predicted = within[self.fitted :], latents[self.fitted :] @ weights
        r2 = regression.explained(held, predicted)
        of_all = values[self.fitted :] - values[: self.fitted].mean(0)
        self.by_label = (
            regression.explained(of_all, of_all - held) if len(set(labels)) > 1 else 0 * r2 * np.nan
        )
        self.together = _together(held, predicted)
        found = within.std(0) > _CONSTANT
        self.names = [name for name, is_found in zip(content.UNITS, found, strict=True) if is_found]
        vectors = (weights[:, found] / np.linalg.norm(weights[:, found], axis=0)).T
        self.vectors = np.float32(vectors).reshape(-1, *drawn.latents.shape[1:])
        self.r2 = r2[found]

    def _centred(self, values, labels):
        """Values less the means, over what is fitted, of their classes."""
        means = np.zeros([labels.max() + 1, values.shape[1]])
        for label in set(labels):
            chosen = labels[: self.fitted] == label
            means[label] = values[: self.fitted][chosen].mean(0)
        return values - means[labels]


def _together(held, predicted):
    """R^2 of the cosine and sine of each angle together."""
    names, found = list(content.UNITS), {}
    for angle, both in content.CIRCLES.items():
        places = [names.index(name) for name in both]
        pair = (of[:, places].ravel() for of in (held, predicted))
        found[angle] = float(regression.explained(*pair))
    return found


def _changes(measure, directions, seed, first, progress):
    """What each statistic changes on a step along each direction, float64 [K, S]."""
    start = measure.draw(seed, _PROBES, first)

    def change(vector):
        ahead, back = (
            measure.values(start.latents + sign * vector, start.labels) for sign in (1, -1)
        )
        return np.nanmean((ahead - back) / 2, 0)

    return np.stack([change(vector) for vector in progress(directions.vectors)])
