"""Figures from measurements of three sets of clips: made ones, real ones, and other real ones.

Each figure compares made clips with real ones; its floor is the same figure for as many other real
clips, of other source videos.
"""

import numpy as np

from vgan.metrics import frechet, kernel, neighbours, paired
from vgan.metrics.inception import inception_score
from vgan.metrics.motion import near_static_limit

SHARES = ("precision", "recall", "density", "coverage")

FVD_CLIPS = 2048
"""How many clips of each kind the published protocol of FVD compares."""


def protocol(extractor):
    """What a score says about its features."""
    return {
        "extractor": extractor.name,
        "digest": extractor.digest,
        "size": extractor.size,
        "resize": extractor.resize,
        "value_range": list(extractor.value_range),
    }


def of_features(sets, extractor, seed):
    """Fréchet and kernel distances in one feature space, by name.

    Args:
      sets: three_sets.ThreeSets that holds the extractor's features under its name.
      extractor: extractors.FeatureExtractor.
      seed: int, of the extrapolation's subsamples.
    """
    name = extractor.name
    about = {"better": "lower"} | protocol(extractor)
    plain = sets.figure(name, frechet.distance) | about
    if extractor.comparable and sets.count == FVD_CLIPS:
        return {extractor.comparable: plain}
    found = {f"frechet_{name}": plain}
    fake, real, _ = sets.all(name)
    line = frechet.extrapolated(real[: sets.count], fake[: sets.count], seed)
    if line is not None:
        fit = {"value": line.value, "standard_error_of_fit": line.standard_error}
        fit |= {"interval": None, "over_floor": None}
        found[f"frechet_{name}_extrapolated"] = plain | fit
    unbiased = sets.figure(name, kernel.distance, equal=False) | about
    found[f"kernel_{name}"] = unbiased | {"over_floor": None}  # Its floor is chance around 0.
    return found


def of_neighbours(sets, extractor):
    """Precision, recall, density and coverage in one feature space, by name."""

    def compute(real, fake):
        found = neighbours.coverage_statistics(real, fake)
        return [found[name] for name in SHARES]

    about = {"better": "higher", "neighbours": neighbours.NEIGHBOURS} | protocol(extractor)
    figures = sets.figures(extractor.name, SHARES, compute)
    return {name: figure | about for name, figure in figures.items()}


def of_probabilities(sets, name, about):
    """Inception Score and mean confidence from a classifier's probabilities.

    Args:
      sets: three_sets.ThreeSets that holds probabilities under `name`.
      about: of the classifier, see metrics.classifier.Classifier.
    """
    stated = {name: about[name] for name in ("digest", "held_out_accuracy", "data", "frame_step")}
    fake = sets.all(name)[0]
    shares = np.bincount(fake.argmax(axis=1), minlength=len(about["labels"])) / len(fake)
    stated["class_shares"] = dict(zip(about["labels"], shares.tolist(), strict=True))

    def compute(_, fake):
        return [inception_score(fake), fake.max(axis=1).mean()]

    figures = sets.figures(name, ("inception_score", "classifier_confidence"), compute)
    return {name: figure | {"better": "higher"} | stated for name, figure in figures.items()}


def names_of_pairs(shape):
    """The scores of clips [T, H, W, C] for each of which there is one that it should be."""
    return ("psnr", "ssim") if min(shape[1:3]) >= paired.WINDOW else ("psnr",)


def of_pairs(videos, targets, made=None):
    """PSNR and SSIM of videos against what they should be, uint8 [N, T, H, W, 3] both.

    Clips don't count where a score can see none of the pixels that weren't given.

    Args:
      made: bool [N, T, H, W, 1], the pixels that weren't given; None for all.
    """
    found = {}
    for name in names_of_pairs(videos.shape[1:]):
        values = {"psnr": paired.psnr, "ssim": paired.ssim}[name](videos, targets, made)
        values = values[np.isfinite(values)]
        if len(values) < 2:
            continue
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


def of_statistics(sets, units, nearest):
    """Statistics of made clips beside real ones, with the distance of their distributions.

    Args:
      sets: three_sets.ThreeSets that holds the statistics by name.
      units: dict of the unit of each.
      nearest: three_sets.ThreeSets that holds as "nearest" how far made and held-out clips lie
        from the training clip that is nearest to them, in grey levels.
    """
    found = {}
    for name, unit in units.items():
        _, real, other = sets.all(name)
        mean = sets.figure(name, lambda _, fake: float(fake.mean()), equal=False)
        apart = sets.figure(name, _wasserstein)
        found[name] = _statistic(unit, mean, float(real.mean()), float(other.mean())) | {
            "distance": apart["value"],
            "distance_interval": apart["interval"],
            "distance_floor": apart["floor"],
        }
    _, real, other = sets.all("magnitude")
    limit = near_static_limit(real)
    still = sets.figure("magnitude", lambda _, fake: float((fake < limit).mean()), equal=False)
    shares = (float((clips < limit).mean()) for clips in (real, other))
    found["near_static"] = _statistic("share of clips", still, *shares)
    copies = nearest.figure("nearest", lambda _, fake: float(fake.mean()), equal=False)
    found["training_distance"] = _statistic("grey levels", copies, copies["floor"], None)
    return found


def _statistic(unit, figure, real, other):
    found = {"unit": unit, "generated": figure["value"], "interval": figure["interval"]}
    return found | {"real": real, "other_real": other}


def _wasserstein(a, b):
    """The 1-Wasserstein distance of two samples, by 200 quantiles of each."""
    places = (np.arange(200) + 0.5) / 200
    return float(np.abs(np.quantile(a, places) - np.quantile(b, places)).mean())
