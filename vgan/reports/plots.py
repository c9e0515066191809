"""Plots as inline SVG in the text colour of the page around it."""

import html
import io
import re

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from vgan.reports.page import Html, element, join

# Okabe and Ito 2008, "Color universal design", without black and yellow.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
_DASHES = ((), (5, 2), (1, 1.5), (5, 1.5, 1, 1.5))
_BINS = 32
_FEW = 24
"""On a curve of fewer points each one is marked."""


def histogram(name, unit, groups):
    """How a statistic is spread over the clips of some groups.

    Args:
      name: of the statistic.
      unit: its unit.
      groups: dict of arrays [N] by the names that `legend` is given, in the same order; the area
        of the first is filled.
    Returns:
      Html.
    """
    edges = np.histogram_bin_edges(np.concatenate(list(groups.values())), _BINS)

    def draw(axes):
        for position, values in enumerate(groups.values()):
            share = 100 * np.histogram(values, edges)[0] / len(values)
            colour, dashes = _look(position)
            axes.stairs(share, edges, color=colour, linestyle=(0, dashes or None), linewidth=1.6)
            if position == 0:
                axes.stairs(share, edges, color=colour, fill=True, alpha=0.25)
        axes.set(xlabel=f"{name} ({unit})", ylabel="clips (%)", ylim=(0, None))

    return _svg(f"histogram of {name}", draw)


def curves(tag, runs):
    """How a logged number changed in some runs.

    Args:
      tag: its name in TensorBoard.
      runs: for each name that `legend` is given, (steps [N], values [N]) or None.
    Returns:
      Html.
    """

    def draw(axes):
        for position, curve in enumerate(runs):
            if curve is not None:
                colour, dashes = _look(position)
                marker = "o" if len(curve[0]) < _FEW else None
                style = {"color": colour, "linestyle": (0, dashes or None), "linewidth": 1.4}
                axes.plot(*curve, marker=marker, markersize=3, **style)
        axes.set(xlabel="training step", ylabel=tag)
        axes.grid(alpha=0.2)

    return _svg(f"curves of {tag}", draw)


def bars(name, unit, values):
    """A number of several things, on a logarithmic scale.

    Args:
      name: of the number; unit: its unit.
      values: {thing: (value above 0, half of its interval)}.
    Returns:
      Html.
    """

    def draw(axes):
        means, halves = np.transpose(list(values.values()))
        colours = [_look(position)[0] for position in range(len(values))]
        axes.barh(list(values), means, xerr=np.minimum(halves, 0.9 * means), color=colours)
        axes.set(xlabel=f"{name} ({unit})", xscale="log")
        axes.invert_yaxis()

    return _svg(f"bars of {name}", draw)


def points(name, score, pairs):
    """A score of several trials by what they have for one flag.

    Args:
      name: of the flag; score: of the score.
      pairs: list of (value, score); values are numbers or texts.
    Returns:
      Html.
    """
    numbers = all(isinstance(value, int | float) for value, _ in pairs)
    spread = numbers and min(value for value, _ in pairs) > 0

    def draw(axes):
        values, scores = zip(*pairs, strict=True)
        axes.scatter(values if numbers else list(map(str, values)), scores, color=_look(0)[0])
        axes.set(xlabel=name, ylabel=score)
        if spread:
            axes.set_xscale("log")
        axes.grid(alpha=0.2)

    return _svg(f"{score} by {name}", draw)


def legend(names):
    """The colour and dashes that each of some names has in every plot."""
    entries = []
    for position, name in enumerate(names):
        colour, dashes = _look(position)
        line = (
            '<svg width="36" height="10" aria-hidden="true"><path d="M0 5H36" stroke-width="3" '
            f'stroke="{colour}" stroke-dasharray="{" ".join(str(3 * d) for d in dashes)}"/></svg> '
        )
        entries.append(element("span", join(Html(line), name)))
    return element("div", *entries, class_="flow")


def _look(position):
    """The colour and the dashes of a line."""
    return _COLOURS[position % len(_COLOURS)], _DASHES[position % len(_DASHES)]


def _svg(name, draw):
    settings = {"svg.hashsalt": name, "svg.fonttype": "none", "text.parse_math": False}
    settings |= {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    written = io.StringIO()
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(3.7, 2.5), layout="constrained")
        draw(figure.subplots())
        nobody = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(written, format="svg", transparent=True, metadata=nobody)
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]  # What precedes it names a file elsewhere.
    svg = re.sub(r' id="[^"]*_\d+"', "", svg)  # These are the same in every plot of a page.
    svg = svg.replace("#000000", "currentColor")
    opening = f'<svg role="img" aria-label="{html.escape(name)}" fill="currentColor" '
    return Html(svg.replace("<svg ", opening, 1))
