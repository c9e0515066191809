"""Runs side by side: what is read of them, marked as best, and warned of."""

import copy

import numpy as np
import pytest

from vgan.reports import comparison
from vgan.reports.runs import Run


@pytest.fixture
def run(evaluation):
    """A function from a name and changes of figures to a Run."""

    def make(name, changes=(), protocol=(), curves=()):
        found = copy.deepcopy(evaluation)
        found["protocol"] |= dict(protocol)
        for (kind, figure), change in dict(changes).items():
            found[kind][figure] |= change
        return Run(name, 7, found, dict(curves))

    return make


def cells(runs):
    """{figure: [(text, best) of each run]}."""
    _, rows = comparison.table(runs)
    return {name.partition(",")[0]: [tuple(c) for c in found] for name, *found, _ in rows}


def scored(value, low, high):
    return {("scores", "frechet_motion"): {"value": value, "interval": [low, high]}}


@pytest.mark.parametrize(
    ("second", "third", "best"),
    [
        (scored(3.2, 3.1, 3.3), scored(9, 8, 10), 0),  # 1 to 3 lies below 3.1.
        (scored(3.2, 2.9, 3.5), scored(9, 8, 10), None),
        (scored(0.5, 0.2, 0.8), scored(9, 8, 10), 1),
        (scored(3.2, 3.1, 3.3), scored(0.9, 0.8, 0.99), 2),
        (scored(0.5, 0.2, 0.8), scored(0.6, 0.5, 0.7), None),
    ],
)
def test_best_is_who_lies_apart_from_the_second(run, second, third, best):
    runs = [run("a"), run("b", second), run("c", third)]
    marked = [found for _, found in cells(runs)["frechet_motion"]]
    assert marked == [position == best for position in range(3)]


def test_higher_may_be_better(run):
    higher = {("scores", "coverage"): {"value": 5.0, "interval": [4.0, 6.0]}}
    found = cells([run("a"), run("b", higher)])
    assert found["coverage"] == [("0.25 [1 to 3]", False), ("5 [4 to 6]", True)]


def test_without_an_interval_nothing_is_beyond_doubt(run):
    change = {("scores", "recall"): {"value": 0.9}}
    assert cells([run("a"), run("b", change)])["recall"] == [("0.5", False), ("0.9", False)]


def test_of_statistics_the_nearest_to_real_ones_is_best(run):
    near = {("statistics", "magnitude"): {"distance": 0.1, "distance_interval": [0.0, 0.2]}}
    found = cells([run("a"), run("b", near)])
    assert found["magnitude"] == [("0.25 [0.125 to 0.375]", n == 1) for n in range(2)]
    assert found["near_static"] == [("0.1", False)] * 2


def test_of_other_protocols_nothing_is_best(run):
    near = {("statistics", "magnitude"): {"distance": 0.1, "distance_interval": [0.0, 0.2]}}
    better = scored(0.5, 0.2, 0.8) | near
    runs = [run("a"), run("b", better, {"seed": 1, "n_real": 8, "data": "x"})]
    assert not any(best for found in cells(runs).values() for _, best in found)
    assert comparison.notes(runs) == [
        "protocols differ in seed, n_real: these scores can't be compared. "
        "Evaluate the runs again with the same flags"
    ]


def test_a_score_of_other_features_is_not_compared_but_others_are(run):
    other = scored(0.5, 0.2, 0.8)
    other["scores", "frechet_motion"] |= {"digest": "d2"}
    other["scores", "coverage"] = {"value": 5.0, "interval": [4.0, 6.0]}
    runs = [run("a"), run("b", other)]
    found = cells(runs)
    assert [best for _, best in found["frechet_motion"]] == [False, False]
    assert [best for _, best in found["coverage"]] == [False, True]
    (note,) = comparison.notes(runs)
    assert note.startswith("protocols differ in frechet_motion (digest): ")


def test_a_run_without_evaluation_says_so(run):
    runs = [run("a"), Run("my runs/b", None, None, {})]
    header, rows = comparison.table(runs)
    assert header == ["", "a", "my runs/b", "real clips"]
    assert [cell.text for cell in rows[0][1:-1]] == ["step 7", "no evaluation"]
    assert [cell.text for cell in rows[1][1:-1]] == ["2 [1 to 3]", "–"]
    assert comparison.notes(runs) == [
        "my runs/b: no evaluation. Make one: python -m vgan.evaluate --workdir='my runs/b'"
    ]
    nobody = [Run(name, None, None, {}) for name in "ab"]
    assert len(comparison.table(nobody)[1]) == 1


def test_figures_of_real_clips_are_told_once_if_they_agree(run):
    runs = [run("a"), run("b", {("scores", "coverage"): {"floor": 0.75}})]
    real = {name.partition(",")[0]: last for name, *_, last in comparison.table(runs)[1]}
    assert (real["frechet_motion"], real["coverage"]) == ("0.5", "0.5 or 0.75")
    assert real["magnitude"] == "1234"


def test_the_terminal_has_straight_columns(run):
    runs = [run("a"), run("a long name", scored(0.5, 0.2, 0.8))]
    lines = comparison.as_text(*comparison.table(runs)).splitlines()
    start = lines[0].index("a long name")
    row = next(line for line in lines if line.startswith("frechet_motion,"))
    assert row[start:].startswith("0.5 [0.2 to 0.8] *  ")
    assert all(line[start - 1] == " " for line in lines[2:-1])


def test_the_page(run, noise, tmp_path, read_page):
    bad = "runs/<b>&'_$x$"
    curve = {"scores/frechet_motion": ([0, 5], [2.0, 1.0])}
    runs = [run("_a", curves=curve), run(bad, scored(0.5, 0.2, 0.8), {"seed": 1})]
    drawn = [(noise(2, 0), 8), (noise(2, 1).repeat(2, axis=2), 10)]
    for name in ("x.html", "y.html"):
        comparison.write(tmp_path / name, runs, drawn, seed=5)
    found = read_page(tmp_path / "x.html")
    videos = list(found.clips())
    for (video, _), clip in zip(videos, [*drawn[0][0], *drawn[1][0]], strict=True):
        np.testing.assert_array_equal(video, clip)
    assert [times[0] for _, times in videos] == [125, 125, 100, 100]
    assert [row[0] for row in found.tables[0]] == ["_a", bad]
    assert found.tables[1][0] == ["", "_a", bad, "real clips"]
    assert ["frechet_motion, lower is better", "2 [1 to 3]", "0.5 [0.2 to 0.8]", "0.5"] in (
        found.tables[1]
    )
    for text in ("protocols differ in seed", "Videos of seed 5", "scores/frechet_motion"):
        assert text in found.text
    assert (tmp_path / "x.html").read_bytes() == (tmp_path / "y.html").read_bytes()
