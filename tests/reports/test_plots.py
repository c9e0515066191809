"""Plots inside a page."""

import re

import numpy as np
import pytest

from vgan.reports import page, plots

GROUPS = {"made": np.arange(10.0), "real": np.arange(4.0)}
HOSTILE = "$a_b$ </text><script>&"


@pytest.fixture
def read_svg(tmp_path, read_page):
    """A function from plots to the page that holds them."""

    def read(*drawn):
        page.write(tmp_path / "a.html", "", *drawn)
        return read_page(tmp_path / "a.html")

    return read


def test_plots_say_what_they_are_and_share_no_names(read_svg):
    runs = [([0, 100], [1.0, 2.0]), None, ([0, 50], [3.0, float("nan")])]
    found = read_svg(
        plots.histogram("speed", "pixels a frame", GROUPS),
        plots.histogram(HOSTILE, "m", GROUPS),
        plots.curves("terms/a", runs),
        plots.curves("terms/b", runs),
        plots.bars("distance", "floors", {"gan": (1.5, 0.2), "flow": (13.0, 20.0)}),
    )
    for text in (
        "distance (floors)",
        "flow",
        "speed (pixels a frame)",
        "clips (%)",
        "training step",
        f"{HOSTILE} (m)",
    ):
        assert text in found.text
    assert f"histogram of {HOSTILE}" in found.attributes("aria-label")
    assert {tag for tag, _ in found.elements} >= {"svg", "path", "text", "use"}
    assert "<!DOCTYPE svg" not in found.source


def test_ink_is_that_of_the_page():
    drawn = plots.curves("a", [([0, 1], [0.0, 1.0])])
    colours = set(re.findall(r"(?:stroke|fill): (#\w+|\w+)", drawn))
    assert colours == {"none", "currentColor", "#0072b2", "#b0b0b0"}  # The last is the grid.


def test_a_name_has_one_look_everywhere():
    names = [f"run {number}" for number in range(12)]
    legend = plots.legend(names)
    looks = re.findall(r'stroke="(#\w+)" stroke-dasharray="([^"]*)"', legend)
    assert len(set(looks)) == 12
    runs = [None] * 5 + [(list(range(30)), [1.0] * 30)]
    drawn = plots.curves("a", runs)
    assert looks[5][0] in drawn
    assert not any(colour in drawn for colour, _ in looks[:5])
    assert "stroke-dasharray" in drawn


def heights(drawn):
    """Tops of the steps of a histogram's lines, from 0 to 1."""
    lines = re.findall(r'<path d="([^"]*)" clip-path[^>]*style="fill: none; stroke', drawn)
    points = [[float(y) for _, y in re.findall(r"[ML] (\S+) (\S+)", line)] for line in lines]
    bottom, top = max(map(max, points)), min(map(min, points))
    return [[round((bottom - y) / (bottom - top), 3) for y in ys[1:-1]] for ys in points]


def test_heights_are_shares_of_each_group():
    few = {"made": np.array([0.0] * 3 + [1.0]), "real": np.array([0.0, 1.0] * 50)}
    made, real = heights(plots.histogram("a", "b", few))
    assert (max(made[:2]), max(made[-2:])) == (1, 0.333)  # 75 % and 25 %.
    assert (max(real[:2]), max(real[-2:])) == (0.667, 0.667)  # 50 % each.


def test_the_same_plot_is_the_same_text():
    first, second = (plots.histogram("a", "b", GROUPS) for _ in range(2))
    assert first == second


def test_a_statistic_without_spread():
    assert "clips (%)" in plots.histogram("a", "b", {"made": np.zeros(3), "real": np.zeros(2)})


def test_few_points_are_marked_and_many_are_not():
    inked = [plots.curves("a", [(range(n), [1.0] * n)]).count("#0072b2") for n in (1, 50)]
    assert inked[0] > inked[1] == 1
