"""Detectors of the ways in which adversarial training fails, each with a plain warning."""

import collections
import math
import re
import typing

import numpy as np
from absl import logging

from vgan.metrics import appearance, copying, neighbours
from vgan.metrics import motion as motion_metrics
from vgan.motion import estimators

PATIENCE = 500
"""Steps for which something must be wrong before it is said: at the start all of it is."""


class Detector(typing.NamedTuple):
    """What is wrong while a logged value, whose name begins with `tag`, is out of its bounds."""

    tag: str
    least: float
    most: float
    text: str


DETECTORS = (
    Detector(
        "logits/sign/", -1.0, 0.6,
        "critic {of} says yes to training clips too surely ({value:.2f} of 1): it is far ahead of "
        "the generator, or knows them by heart if its logits/held_out lie well below logits/real. "
        "Try more data, --augment=flip, a higher --r1_gamma or a smaller critic",
    ),
    Detector(
        "health/critics_loss", 0.1, math.inf,
        "the critics' loss is {value:.3f}: they have won, and the generator learns little. Try "
        "--r1_gamma=1, a smaller critic or a lower --learning_rate",
    ),
    Detector(
        "gradient/", 0.01, 100.0,
        "the gradient of the {of} is {value:.3g} times what it was: it is vanishing or exploding. "
        "Try a lower --learning_rate or a higher --r1_gamma",
    ),
    Detector(
        "health/diversity", 0.5, math.inf,
        "made clips differ {value:.2f} times as much from each other as real ones: the generator "
        "has collapsed to a few clips. Try a lower --learning_rate or a higher --r1_gamma, from an "
        "earlier checkpoint by --init_from",
    ),
    Detector(
        "health/motion", 0.5, 2.0,
        "made clips move {value:.2f} times as much as real ones: they freeze if that is low, and "
        "flicker or jump if it is high. Try another weight of the motion loss, or a critic of "
        "more frames",
    ),
    Detector(
        "health/near_static", -1.0, 0.25,
        "of the made clips {value:.0%} more than of real ones stand nearly still. Try a lower "
        "weight of the motion loss, or a critic of more frames",
    ),
    Detector(
        "health/loop", -1.0, 0.25,
        "made clips come back to where they were {value:.2f} more than real ones (of 1): they "
        "repeat themselves. Try a critic of whole clips, or more steps",
    ),
    Detector(
        "health/flicker", 0.0, 3.0,
        "the brightness of made clips flickers {value:.1f} times as much as that of real ones. "
        "Try the motion loss, or a higher weight of it",
    ),
    Detector(
        "health/copying", 0.7, math.inf,
        "made clips lie {value:.2f} times as far from training clips as held-out clips do: they "
        "are copies. Try more data, --augment=flip, or an earlier checkpoint",
    ),
    Detector(
        "health/saturated", -1.0, 0.25,
        "of the made values {value:.0%} more than of real ones are black or white: the last layer "
        "is saturated. Try a lower --learning_rate",
    ),
)  # fmt: skip


class Health:
    """Looks at a few made clips beside real ones, and at what the steps reported.

    Args:
      make: () -> made videos uint8 [N, T, H, W, 3], from the same latents each time.
      verdicts: () -> {critic: logits of the held-out clips}.
      real: uint8 [N, T, H, W, 3], training clips.
      held_out: uint8 [M, T, H, W, 3].
      known: `copying.thumbnails` of the training clips that made ones may be copies of.
    """

    def __init__(self, make, verdicts, real, held_out, known):
        self._estimate = estimators.farneback()
        self._make, self._verdicts = make, verdicts
        self._known = known
        self._real = self._measure(real) | self._measure(held_out, ["distance"])
        self._norms = collections.defaultdict(list)
        self._since = {}

    def check(self, step, report):
        """Looks once, warns of what has been wrong for long, and gives what is to be logged.

        Args:
          step: steps done.
          report: dict of the means since the last check, by name.
        Returns:
          dict of float by name.
        """
        values = self._compare(self._measure(self._make()))
        for critic, logits in self._verdicts().items():
            values[f"logits/held_out/{critic}"] = float(np.mean(logits))
        values |= self._read(report)
        self._warn(step, report | values | self._gradients(report))
        return values

    def _measure(self, videos, names=None):
        """Means over clips, by name."""
        small = copying.thumbnails(videos)
        apart = neighbours.distances(small, small)
        found = appearance.statistics(videos)
        found["diversity"] = apart.sum(axis=1) / max(len(apart) - 1, 1)
        found["distance"] = copying.nearest(small, self._known)[0]
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
                values[f"health/{tag}"] = made[name].mean() / max(real[name].mean(), least)
        for name in ("loop", "saturated"):
            values[f"health/{name}"] = made[name].mean() - real[name].mean()
        if "magnitude" in made:
            limit = motion_metrics.near_static_limit(real["magnitude"])
            still = {"fake": made["magnitude"] < limit, "real": real["magnitude"] < limit}
            values["health/near_static"] = still["fake"].mean() - still["real"].mean()
            values |= {f"motion/near_static/{kind}": share.mean() for kind, share in still.items()}
            for name in motion_metrics.NAMES:
                values[f"motion/{name}/fake"] = made[name].mean()
                values[f"motion/{name}/real"] = real[name].mean()
        return values

    def _read(self, report):
        verdicts = re.compile(r"terms/discriminator/[^/]+")  # A penalty's name has another slash.
        losses = [value for name, value in report.items() if verdicts.fullmatch(name)]
        return {"health/critics_loss": sum(losses)}

    def _gradients(self, report):
        """Norms by their medians since the process began, which a resume forgets: so not logged."""
        values = {}
        for name, norm in report.items():
            if name.startswith("gradient_norm/"):
                before = self._norms[name]
                before.append(norm)
                player = name.rpartition("/")[2]
                values[f"gradient/{player}"] = norm / max(np.median(before), 1e-12)
        return values

    def _warn(self, step, values):
        for detector in DETECTORS:
            for name, value in values.items():
                if not name.startswith(detector.tag):
                    continue
                if detector.least <= value <= detector.most:
                    self._since.pop(name, None)
                    continue
                since = self._since.setdefault(name, step)
                if since is not None and step - since >= PATIENCE:
                    self._since[name] = None  # Said once, until it has been well again.
                    text = detector.text.format(of=name.removeprefix(detector.tag), value=value)
                    logging.warning("step %d: %s", step, text)
