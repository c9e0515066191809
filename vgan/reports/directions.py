"""What came of looking for directions: their scores, a table, and a page."""

import numpy as np

from vgan.metrics import content
from vgan.reports import page
from vgan.sampling.discovery import STOPS

_EXPLANATIONS = {
    "statistic": "Found by regression of what clips show on their latents.",
    "principal": "Principal components of the first rectified features (GANSpace).",
    "singular": "Singular vectors of the first dense layers (SeFa).",
}

_WIDTH = 360
"""Of a strip on the page, in pixels."""


def scores(found, about):
    """What directions.json holds: all figures, rounded to six digits.

    Args:
      found: sampling.discovery.Found.
      about: dict of what else is to be said of them.
    """
    statistics = {
        name: {
            "unit": unit,
            "mean": _rounded(found.means[n]),
            "deviation": _rounded(found.deviations[n]),
            "by_label": _rounded(found.by_label[n]),
        }
        for n, (name, unit) in enumerate(content.UNITS.items())
    }
    names, kinds, _, r2, step = found.directions
    rows = [
        {"name": str(name), "kind": str(kind), "r2": _rounded(explained)}
        | {"changes": dict(zip(content.UNITS, map(_rounded, changes), strict=True))}
        for name, kind, explained, changes in zip(names, kinds, r2, found.changes, strict=True)
    ]
    return about | {
        "step": int(step),
        "fitted": found.fitted,
        "held_out": found.held_out,
        "still": found.still,
        "statistics": statistics,
        "together": {angle: _rounded(of) for angle, of in found.together.items()},
        "directions": rows,
    }


def _rounded(value):
    return float(f"{value:.6g}") if np.isfinite(value) else None


def table(scores):
    """Lines for a terminal: what each direction explains, changes, and changes beside that."""
    lines = [("direction", "R^2", "by label", "changes itself", "and most beside, in deviations")]
    for row in scores["directions"]:
        name, changes = row["name"], dict(row["changes"])
        own = changes.pop(name, None)
        by_label = scores["statistics"].get(name, {}).get("by_label")
        beside = sorted((of for of in changes.items() if of[1]), key=lambda of: -abs(of[1]))[:3]
        told = ", ".join(f"{other} {change:+.2f}" for other, change in beside)
        lines.append((name, *map(page.number, (row["r2"], by_label, own)), told))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    yield from ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
    for angle, r2 in scores["together"].items():
        yield f"{angle}, as an angle: R^2 {page.number(r2)}"


def write(path, scores, strips, fps):
    """Writes the page.

    Args:
      path: the HTML file, replaced if it exists.
      scores: of the function of that name.
      strips: for each direction the clips on their way along it, uint8 [T, H, W, 3].
      fps: frames a second.
    """
    shown = {kind: [] for kind in _EXPLANATIONS}
    for row, strip in zip(scores["directions"], strips, strict=True):
        caption = row["name"] if row["r2"] is None else f"{row['name']}, R² {row['r2']:.2f}"
        shown[row["kind"]].append(page.clip(strip, fps, caption, _WIDTH))
    stops = ", ".join(map(str, STOPS))
    page.write(
        path,
        f"Directions of {scores['workdir']}, step {scores['step']}",
        page.quiet(
            f"{scores['fitted']} made clips were fitted and {scores['held_out']} held out; "
            f"{scores['still']} in which nothing moves were neither. {scores['labels']}"
        ),
        section(scores),
        _spread(scores),
        *(
            page.section(
                kind.capitalize(),
                page.quiet(f"{_EXPLANATIONS[kind]} From left to right: {stops} deviations."),
                page.flow(*clips),
            )
            for kind, clips in shown.items()
            if clips
        ),
    )


def section(scores):
    """The part of a page that says what each direction changes, by scores as they were read."""
    header = ["direction", "R²", *scores["statistics"]]
    rows = [
        [row["name"], page.number(row["r2"])]
        + [_cell(row["name"] == name, change) for name, change in row["changes"].items()]
        for row in scores["directions"]
    ]
    about = (
        "R² is the share of the statistic's variance that a straight line through the latents "
        "explains of clips it wasn't fitted to. The other columns are what a step of one standard "
        "deviation along the direction changes, in standard deviations of each statistic: all but "
        "the one in bold is leakage."
    )
    return page.section("What each direction changes", page.quiet(about), page.table(rows, header))


def _cell(own, change):
    text = page.number(None) if change is None else f"{change:+.2f}"
    return page.element("b", text) if own else text


def _spread(scores):
    header = ["statistic", "mean", "deviation", "by label", "unit"]
    rows = [
        [name, *(page.number(of[field]) for field in ("mean", "deviation", "by_label")), of["unit"]]
        for name, of in scores["statistics"].items()
    ]
    angles = "; ".join(f"{a}: R² {page.number(r2)}" for a, r2 in scores["together"].items())
    about = (
        "An angle is regressed as a cosine and a sine, since as a number it would jump where the "
        f"circle closes. Both together, {angles}. By label: the share of the variance that the "
        "class explains, which latents don't change."
    )
    return page.section("What clips show", page.quiet(about), page.table(rows, header))
