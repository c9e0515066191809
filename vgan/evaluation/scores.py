"""From measurements of three sets of clips to figures: made ones, real ones, and other real ones.

Each figure compares made clips with real ones; its floor is the same figure for other real clips,
of source videos that the first don't share, and as many of them.
"""

import numpy as np

from vgan.errors import UsageError
from vgan.evaluation.intervals import jackknife
from vgan.metrics import frechet, kernel, neighbours, paired
from vgan.metrics.inception import inception_score
from vgan.metrics.motion import near_static_limit

NEIGHBOURS = 5

FVD_CLIPS = 2048
"""The published protocol of FVD compares so many clips with as many."""


class Sides:
    """What was measured of the three sets, by name.

    Args:
      fake, real, other: dicts of arrays [N, ...] of each set, in the sets' order.
      sources: three arrays int [N], the source videos of the sets' clips.
    """

    def __init__(self, fake, real, other, sources):
        self._rows = (fake, real, other)
        self._sources = sources
        self.count = min(len(source) for source in sources)

    def figures(self, name, names, compute, equal=True):
        """Figures with their intervals and floors, a dict by name.

        Args:
          name: of what was measured.
          names: of the figures.
          compute: (real rows, fake rows) -> one number for each of the names.
          equal: take as many clips of each set; otherwise all, for figures without bias.
        """
        stop = self.count if equal else None
        fake, real, other = (rows[name][:stop] for rows in self._rows)
        sources = [source[:stop] for source in self._sources]
        values, floors = compute(real, fake), compute(real, other)
        errors = jackknife(compute, real, sources[1], fake, sources[0])
        counts = {"n_generated": len(fake), "n_real": len(real)}
        found = {}
        for position, figure in enumerate(names):
            value = float(values[position])
            interval = None
            if errors is not None:
                error = float(errors[position])
                interval = [value - 2 * error, value + 2 * error]
            floor = float(floors[position])
            ratio = value / floor if floor > 0 else None
            found[figure] = {"value": value, "interval": interval, "floor": floor}
            found[figure] |= {"over_floor": ratio} | counts
        return found

    def figure(self, name, compute, equal=True):
        """The one figure that `compute` gives; see `figures`."""
        return self.figures(name, [name], lambda *rows: [compute(*rows)], equal)[name]

    def all(self, name):
        """All rows of (fake, real, other)."""
        return tuple(rows[name] for rows in self._rows)


def protocol(extractor):
    """What a score states of its features."""
    return {
        "extractor": extractor.name,
        "digest": extractor.digest,
        "size": extractor.size,
        "resize": extractor.resize,
        "value_range": list(extractor.value_range),
    }


def of_features(sides, extractor, seed):
    """Fréchet and kernel distances in one feature space, by name.

    Args:
      sides: Sides that holds the extractor's features under its name.
      extractor: extractors.FeatureExtractor.
      seed: int, of the extrapolation's subsamples.
    """
    name = extractor.name
    about = {"better": "lower"} | protocol(extractor)
    plain = sides.figure(name, frechet.distance) | about
    if extractor.comparable and sides.count == FVD_CLIPS:
        return {extractor.comparable: plain}
    found = {f"frechet_{name}": plain}
    fake, real, _ = sides.all(name)
    line = frechet.extrapolated(real[: sides.count], fake[: sides.count], seed)
    if line is not None:
        fit = {"value": line.value, "standard_error_of_fit": line.standard_error}
        fit |= {"interval": None, "over_floor": None}
        found[f"frechet_{name}_extrapolated"] = plain | fit
    unbiased = sides.figure(name, kernel.distance, equal=False) | about
    found[f"kernel_{name}"] = unbiased | {"over_floor": None}  # Its floor is chance around 0.
    return found


def of_neighbours(sides, extractor):
    """Precision, recall, density and coverage in one feature space, by name."""

    names = ("precision", "recall", "density", "coverage")

    def compute(real, fake):
        found = neighbours.coverage_statistics(real, fake, NEIGHBOURS)
        return [found[name] for name in names]

    about = {"better": "higher", "neighbours": NEIGHBOURS} | protocol(extractor)
    figures = sides.figures(extractor.name, names, compute)
    return {name: figure | about for name, figure in figures.items()}


def of_probabilities(sides, name, about):
    """Inception Score and mean confidence from a classifier's probabilities.

    Args:
      sides: Sides that holds probabilities under `name`.
      about: dict of the classifier, with its `labels`, `digest` and `held_out_accuracy`.
    """
    told = {name: about[name] for name in ("digest", "held_out_accuracy")}
    fake = sides.all(name)[0]
    shares = np.bincount(fake.argmax(axis=1), minlength=len(about["labels"])) / len(fake)
    told["class_shares"] = dict(zip(about["labels"], shares.tolist(), strict=True))

    names = ("inception_score", "classifier_confidence")

    def compute(real, fake):
        del real
        return [inception_score(fake), fake.max(axis=1).mean()]

    figures = sides.figures(name, names, compute)
    return {name: figure | {"better": "higher"} | told for name, figure in figures.items()}


def of_copying(sides, name):
    """How near made clips lie to training clips, over how near held-out clips do."""

    def ratio(real, fake):
        return float(fake.mean() / max(real.mean(), 1e-9))

    return {"copying": sides.figure(name, ratio) | {"better": "higher"}}


def of_pairs(videos, targets):
    """PSNR and SSIM of videos against what they should be, uint8 [N, T, H, W, 3] both.

    Raises:
      UsageError: frames smaller than SSIM's window.
    """
    if min(videos.shape[2:4]) < 11:
        raise UsageError(f"--targets: SSIM needs frames of 11x11, not {videos.shape[2:4]}")
    found = {}
    for name, compute in (("psnr", paired.psnr), ("ssim", paired.ssim)):
        values = compute(videos, targets)
        error = values.std(ddof=1) / np.sqrt(len(values))
        mean = float(values.mean())
        found[name] = {
            "value": mean,
            "interval": [mean - 2 * error, mean + 2 * error],
            "floor": None,
            "over_floor": None,
            "n_generated": len(values),
            "n_real": len(values),
            "better": "higher",
        }
    return found


def of_statistics(sides, units):
    """Statistics of made clips beside real ones, with the distance of their distributions.

    Args:
      sides: Sides that holds the statistics by name.
      units: dict of what each is counted in.
    """
    found = {}
    for name, unit in units.items():
        fake, real, other = sides.all(name)
        mean = sides.figure(name, lambda real, fake: float(fake.mean()), equal=False)
        apart = sides.figure(name, _wasserstein)
        found[name] = {
            "unit": unit,
            "generated": mean["value"],
            "interval": mean["interval"],
            "real": float(real.mean()),
            "other_real": float(other.mean()),
            "distance": apart["value"],
            "distance_interval": apart["interval"],
            "distance_floor": apart["floor"],
        }
    fake, real, other = sides.all("magnitude")
    limit = near_static_limit(real)
    still = sides.figure("magnitude", lambda _, fake: float((fake < limit).mean()), equal=False)
    found["near_static"] = {
        "unit": "share of clips",
        "generated": still["value"],
        "interval": still["interval"],
        "real": float((real < limit).mean()),
        "other_real": float((other < limit).mean()),
    }
    return found


def _wasserstein(a, b):
    """The 1-Wasserstein distance of two samples, by 200 quantiles of each."""
    places = (np.arange(200) + 0.5) / 200
    return float(np.abs(np.quantile(a, places) - np.quantile(b, places)).mean())
