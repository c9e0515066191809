"""The page of an evaluation, which shows at a glance how good the videos are."""

from typing import NamedTuple

import numpy as np

from vgan.reports import page, plots

_FEATURES = {
    "random3d": "look and noise of whole clips",
    "random3d_dt": "change from frame to frame",
    "motion": "speed, direction and turns of motion",
    "classifier": "what is shown and done",
}
_MEANINGS = {
    "fvd": "distance from real clips in what I3D sees, by the published protocol",
    "precision": "share of made clips that are like a real one",
    "recall": "share of real clips that are like a made one",
    "density": "how many real clips a made one is like, 1 if as many as a real one",
    "coverage": "share of real clips with a made one nearby",
    "inception_score": "each clip is clearly of a class, and all classes occur",
    "classifier_confidence": "how sure a classifier is of a clip's class",
    "training_distance": "how far the nearest training clip is; far below real: copies",
    "psnr": "how near each pixel is to what it should be, in dB",
    "rebuilt_psnr": "how near real clips come back through the latents, pixel by pixel, in dB",
    "rebuilt_ssim": "how alike structures of real clips are that come back through the latents",
    "ssim": "how alike structures are to what they should be, 1 if the same",
    "magnitude": "how fast things move",
    "acceleration": "how much motion changes from frame to frame",
    "change": "how much neighbouring frames differ",
    "warp_error": "what motion doesn't explain of that",
    "occluded": "where motion can't be followed",
    "sharpness": "how crisp frames are",
    "flicker": "how unsteady the brightness is",
    "loop": "how fully a clip comes back to what it was",
    "saturated": "black or white to the limit",
    "near_static": "clips that hardly move",
}
_HEADLINES = ("fvd", "coverage")


class Clips(NamedTuple):
    """What a page shows, uint8 [N, T, H, W, 3].

    Attributes:
      samples: made clips.
      nearest: the training clip nearest to each of them.
      distances: float [N], how far that is, in grey levels.
      real: held-out real clips, of any number.
    """

    samples: np.ndarray
    nearest: np.ndarray
    distances: np.ndarray
    real: np.ndarray


def write(path, evaluation, clips, per_clip, fps, further=()):
    """Writes the page of an evaluation.

    Args:
      path: the HTML file, replaced if it exists.
      evaluation: what `scores.json` holds.
      clips: Clips.
      per_clip: {statistic: {group: float [N]}} to draw histograms of, the same groups each time,
        made clips first.
      fps: frames a second.
      further: page.Html of what else is known of the model.
    """
    protocol, scores = evaluation["protocol"], evaluation["scores"]
    statistics = evaluation["statistics"]
    page.write(
        path,
        f"Evaluation of {protocol['generated']}",
        page.quiet(
            f"{protocol['n_generated']} made clips of {protocol['clip']} against "
            f"{protocol['n_real']} real ones of {protocol['data']}, {protocol['split']} split."
        ),
        _samples(clips, fps),
        _headlines(scores),
        _score_table(scores, protocol["floor"]),
        _statistic_table(statistics),
        _histograms(statistics, per_clip),
        *further,
        page.section(
            "Protocol", page.table([[n, _as_text(v)] for n, v in protocol.items() if v != ""])
        ),
    )


def meaning(name):
    """What a score or statistic means, in a few plain words; empty for one that is unknown."""
    if name in _MEANINGS:
        return _MEANINGS[name]
    kind, _, features = name.partition("_")
    features, extrapolated, _ = features.partition("_extrapolated")
    if kind not in ("frechet", "kernel"):
        return ""
    seen = _FEATURES.get(features, f"features {features}")
    how = ", as if there were endlessly many clips" if extrapolated else ""
    return f"distance from real clips in {seen}{how}"


def _samples(clips, fps):
    pairs = [
        page.element(
            "div",
            page.clip(sample, fps, f"made {number}"),
            page.clip(nearest, fps, f"training, {distance:.1f} away"),
            class_="card pair",
        )
        for number, (sample, nearest, distance) in enumerate(
            zip(clips.samples, clips.nearest, clips.distances, strict=True)
        )
    ]
    real = [page.clip(video, fps, f"real {number}") for number, video in enumerate(clips.real)]
    return page.join(
        page.section(
            "Made clips, each beside the nearest training clip",
            page.quiet("Not chosen by eye. Distances are in grey levels; 0 would be a copy."),
            page.flow(*pairs),
        ),
        page.section("Real held-out clips", page.flow(*real)),
    )


def _headlines(scores):
    cards = []
    for name, score in scores.items():
        ratio = score["over_floor"]
        distance = name.startswith("frechet_") and not name.endswith("_extrapolated")
        if ratio is not None and (distance or name in _HEADLINES):
            cards.append(
                page.element(
                    "div",
                    page.element("div", name),
                    page.element("div", f"{page.number(ratio)} × floor", class_="figure"),
                    page.quiet(f"{score['better']} is better: {meaning(name)}"),
                    class_="card",
                    style="flex: 1 1 15em",
                )
            )
    explanation = (
        "As many other real clips get 1 × floor. A distance above it is worse than real; so is a "
        "coverage below it."
    )
    return page.section("Headline scores", page.quiet(explanation), page.flow(*cards))


def _score_table(scores, floor):
    header = ["score", "value", "about 95 %", "floor", "value / floor", "better", "what it tells"]
    arrows = {"lower": "↓ lower", "higher": "↑ higher"}
    rows = [
        _row(name, score, ("value", "floor", "over_floor"), arrows[score["better"]])
        for name, score in scores.items()
    ]
    return page.section("Scores", page.quiet(f"Floor: {floor}."), page.table(rows, header))


def _statistic_table(statistics):
    header = ["statistic", "generated", "about 95 %", "real", "other real", "unit", "what it tells"]
    rows = [
        _row(name, found, ("generated", "real", "other_real"), found["unit"])
        for name, found in statistics.items()
    ]
    advice = "Good where made clips lie near the real ones: neither higher nor lower is better."
    return page.section("Statistics", page.quiet(advice), page.table(rows, header))


def _row(name, found, fields, remark):
    value, *others = (page.number(found[field]) for field in fields)
    return [name, value, page.interval(found["interval"]), *others, remark, meaning(name)]


def _histograms(statistics, per_clip):
    groups = list(next(iter(per_clip.values())))
    drawn = [plots.histogram(n, statistics[n]["unit"], found) for n, found in per_clip.items()]
    return page.section("Spread over the clips", plots.legend(groups), page.flow(*drawn))


def _as_text(value):
    return ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
