"""Everything that is measured of a clip: features, statistics, and a small version of it."""

import importlib.metadata

import numpy as np

from vgan.metrics import appearance, copying
from vgan.metrics import motion as motion_metrics
from vgan.motion import estimators

_VERSION = 1
"""Part of the keys under which measurements are kept: raise it when they change."""

UNITS = {
    "magnitude": "pixels a frame",
    "acceleration": "pixels a frame²",
    "change": "grey levels",
    "warp_error": "grey levels",
    "occluded": "share of pixels",
    "sharpness": "grey levels",
    "flicker": "grey levels",
    "loop": "0 to 1",
    "saturated": "share of values",
}
"""The statistics of a clip and their units."""


def features(clips, extractor, cache, progress):
    """Features float64 [N, D] of a ClipSet.

    Args:
      clips: clips.ClipSet.
      extractor: extractors.FeatureExtractor.
      cache: cache.Cache.
      progress: called with how many more clips are done.
    """
    digest = f"{extractor.name} {extractor.digest}"
    found = _measure(clips, digest, _named("features", extractor), cache, progress)
    return found["features"]


def statistics(clips, cache, progress):
    """A dict of float64 [N], the statistics of `UNITS`; arguments as for `features`."""
    estimate = estimators.farneback()  # Not the one that training uses.

    def measure(videos):
        return motion_metrics.statistics(videos, estimate) | appearance.statistics(videos)

    return _measure(clips, "statistics", measure, cache, progress)


def thumbnails(clips, cache, progress):
    """`copying.thumbnails` of a ClipSet, float64 [N, D]; arguments as for `features`."""
    measure = _named("thumbnails", copying.thumbnails)
    return _measure(clips, "thumbnails", measure, cache, progress)["thumbnails"]


def _named(name, function):
    return lambda videos: {name: function(videos)}


def _measure(clips, digest, measure, cache, progress):
    def over_chunks():
        parts = []
        for videos in clips.chunks():
            parts.append(measure(videos))
            progress(len(videos))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    if clips.key is None:
        return over_chunks()
    packages = [importlib.metadata.version(name) for name in ("tensorflow", "opencv-python")]
    return cache.get((*clips.key, digest, _VERSION, *packages), over_chunks)
