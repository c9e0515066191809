"""Detectors of the ways in which training fails, each with a plain warning."""

import collections
import functools
import math

import numpy as np
from absl import logging

from vgan.metrics import appearance, copying, neighbours
from vgan.metrics import motion as motion_metrics
from vgan.models.synthesizer import Detector
from vgan.motion import estimators
from vgan.training.progress import announced

PATIENCE = 500
"""Steps for which something must be wrong before it is said: at the start all of it is."""


DETECTORS = (
    Detector(
        ("gradient",), 0.01, 100.0,
        "the gradient of the {of} is {value:.3g} times what it was: it is vanishing or exploding. "
        "Try a lower --learning_rate",
    ),
    Detector(
        ("health", "diversity"), 0.5, math.inf,
        "made clips differ {value:.2f} times as much from each other as real ones: the model has "
        "collapsed to a few clips. Try a lower --learning_rate, from an earlier checkpoint by "
        "--init_from",
    ),
    Detector(
        ("health", "motion"), 0.5, 2.0,
        "made clips move {value:.2f} times as much as real ones: they freeze if that is low, and "
        "flicker or jump if it is high. Try another weight of the motion loss",
    ),
    Detector(
        ("health", "near_static"), -1.0, 0.25,
        "of the made clips {value:.0%} more than of real ones stand nearly still. Try a lower "
        "weight of the motion loss",
    ),
    Detector(
        ("health", "loop"), -1.0, 0.25,
        "made clips come back to where they were {value:.2f} more than real ones (of 1): they "
        "repeat themselves. Try more steps",
    ),
    Detector(
        ("health", "flicker"), 0.0, 3.0,
        "the brightness of made clips flickers {value:.1f} times as much as that of real ones. "
        "Try the motion loss, or a higher weight of it",
    ),
    Detector(
        ("health", "copying"), 0.7, math.inf,
        "made clips lie {value:.2f} times as far from training clips as held-out clips do: they "
        "are copies. Try more data, --augment=flip, or an earlier checkpoint",
    ),
    Detector(
        ("health", "saturated"), -1.0, 0.25,
        "of the made values {value:.0%} more than of real ones are black or white: the last layer "
        "is saturated. Try a lower --learning_rate",
    ),
)  # fmt: skip
"""What is looked for in any model; its family brings more, and adds what helps."""


class Health:
    """Looks at a few made clips beside real ones, and at what the steps reported.

    Args:
      model: models.synthesizer.Synthesizer, which brings detectors of its own.
      make: () -> made videos uint8 [N, T, H, W, 3], from the same latents each time.
      held_out_statistics: () -> {path: float}, what the model says of the held-out clips.
      real: uint8 [N, T, H, W, 3], training clips.
      held_out: uint8 [M, T, H, W, 3].
      known: () -> `copying.thumbnails` of the training clips that made ones may be copies of. It is
        asked once, at the first look: to read them takes a while.
    """

    def __init__(self, model, make, held_out_statistics, real, held_out, known):
        self._estimate = estimators.farneback()
        self._model, self._make, self._held_out_statistics = model, make, held_out_statistics
        self._known = functools.cache(known)
        self._clips = real, held_out
        self._norms = collections.defaultdict(list)
        self._since = {}
        self._detectors, self._advice = (*DETECTORS, *model.detectors()), model.advice()

    def check(self, step, report):
        """Looks once, warns of what has been wrong for long, and gives what is to be logged.

        Args:
          step: steps done.
          report: {path: mean since the last check}.
        Returns:
          {path: float}.
        """
        values = self._compare(self._measure(self._make()))
        values |= self._held_out_statistics() | self._model.symptoms(report)
        self._warn(step, report | values | self._gradients(report))
        return values

    @functools.cached_property
    def _real(self):
        real, held_out = self._clips
        with announced("reading training clips, to know copies of them"):
            self._known()
        return self._measure(real) | self._measure(held_out, ["distance"])

    def _measure(self, videos, names=None):
        """Means over clips, by name."""
        small = copying.thumbnails(videos)
        apart = neighbours.distances(small, small)
        found = appearance.statistics(videos)
        found["diversity"] = apart.sum(axis=1) / max(len(apart) - 1, 1)
        found["distance"] = copying.nearest(small, self._known())[0]
        if videos.shape[1] > 1:
            found |= motion_metrics.statistics(videos, self._estimate)
        return {name: found[name] for name in names or found}

    def _compare(self, made):
        """Made clips by real ones: parts where a value is a length, differences of shares."""
        real, values = self._real, {}
        for name, tag, least in (
            ("diversity", "diversity", 1e-3),
            ("distance", "copying", 1e-3),
            ("flicker", "flicker", 0.25),  # Less than a quarter of a grey level is not seen.
            ("magnitude", "motion", 1e-3),
        ):
            if name in made:
                values["health", tag] = made[name].mean() / max(real[name].mean(), least)
        for name in ("loop", "saturated"):
            values["health", name] = made[name].mean() - real[name].mean()
        if "magnitude" in made:
            limit = motion_metrics.near_static_limit(real["magnitude"])
            still = {"fake": made["magnitude"] < limit, "real": real["magnitude"] < limit}
            values["health", "near_static"] = still["fake"].mean() - still["real"].mean()
            for kind, share in still.items():
                values["motion", "near_static", kind] = share.mean()
            for name in motion_metrics.NAMES:
                values["motion", name, "fake"] = made[name].mean()
                values["motion", name, "real"] = real[name].mean()
        return values

    def _gradients(self, report):
        """Norms by their medians since the process began, which a resume forgets: so not logged."""
        values = {}
        for path, norm in report.items():
            if path[0] == "gradient_norm":
                before = self._norms[path]
                before.append(norm)
                values["gradient", path[-1]] = norm / max(np.median(before), 1e-12)
        return values

    def _warn(self, step, values):
        for detector in self._detectors:
            for path, value in values.items():
                if path[: len(detector.path)] != detector.path:
                    continue
                if detector.least <= value <= detector.most:
                    self._since.pop(path, None)
                    continue
                since = self._since.setdefault(path, step)
                if since is not None and step - since >= PATIENCE:
                    self._since[path] = None  # Said once, until it has been well again.
                    text = detector.text.format(of=path[-1], value=value)
                    advice = self._advice.get(detector.path)
                    logging.warning("step %d: %s", step, f"{text}, {advice}" if advice else text)
