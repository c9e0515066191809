"""The scores, table and page of directions."""

import json

import numpy as np
import pytest

from vgan.metrics import content
from vgan.reports import directions as report
from vgan.sampling.directions import Directions
from vgan.sampling.discovery import Found

NAMES = list(content.UNITS)
ABOUT = {"workdir": "runs/a", "labels": "Classes go in turn."}


@pytest.fixture
def scores():
    directions = Directions(
        np.array(["speed", "principal_1"]),
        np.array(["statistic", "principal"]),
        np.zeros((2, 3), np.float32),
        np.float32([0.75, np.nan]),
        np.int64(7),
    )
    changes = np.zeros((2, len(NAMES)))
    changes[0, NAMES.index("speed")], changes[0, NAMES.index("size")] = 0.9, -0.25
    spread = np.arange(len(NAMES), dtype=float), np.ones(len(NAMES)), np.full(len(NAMES), np.nan)
    found = Found(directions, changes, *spread, {"hue": 0.5}, 48, 16, 2)
    return json.loads(json.dumps(report.scores(found, ABOUT), allow_nan=False))


def test_scores_hold_all_figures(scores):
    assert (scores["step"], scores["fitted"], scores["held_out"], scores["still"]) == (7, 48, 16, 2)
    assert scores["statistics"]["colour_red"] == {
        "unit": "grey levels", "mean": 1.0, "deviation": 1.0, "by_label": None,
    }  # fmt: skip
    one, other = scores["directions"]
    assert (one["name"], one["kind"], one["r2"]) == ("speed", "statistic", 0.75)
    assert (one["changes"]["speed"], one["changes"]["size"]) == (0.9, -0.25)
    assert other["r2"] is None and list(other["changes"]) == NAMES


def test_the_table_names_what_leaks(scores):
    lines = list(report.table(scores))
    assert lines[1].split() == ["speed", "0.75", "–", "0.9", "size", "-0.25"]
    assert lines[2].split() == ["principal_1", "–", "–", "–"]
    assert lines[3] == "hue, as an angle: R^2 0.5"


def test_the_page(scores, noise, tmp_path, read_page):
    strips = noise(2, 0)
    report.write(tmp_path / "a.html", scores, strips, 8)
    shown = read_page(tmp_path / "a.html")
    np.testing.assert_array_equal([video for video, _ in shown.clips()], strips)
    leakage, spread = shown.tables
    assert leakage[0] == ["direction", "R²", *NAMES]
    assert leakage[1][:2] == ["speed", "0.75"] and "-0.25" in leakage[1]
    assert spread[2] == ["colour_red", "1", "1", "–", "grey levels"]
    assert "speed, R² 0.75" in shown.text and "hue: R² 0.5" in shown.text
    assert "48 made clips were fitted and 16 held out; 2 in which nothing moves" in shown.text
