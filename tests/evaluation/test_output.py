import json
import types

import numpy as np
import pytest

from vgan.evaluation import output


def result(scores=None, statistics=None):
    return types.SimpleNamespace(scores=scores or {}, statistics=statistics or {})


def test_numbers_have_six_digits():
    scores = {"a": {"value": 1.23456789, "interval": [-0.000123456789, 123456789.0], "n_real": 16}}
    scores["b"] = {"value": np.float64(2 / 3), "interval": None, "exact": True}
    text = output.scores_text(result(scores, {"c": {"real": 1e-9 / 3}}), {"fps": 1 / 3, "seed": 7})
    assert text.endswith("}\n")
    assert json.loads(text) == {
        "format": output.FORMAT,
        "protocol": {"fps": 0.333333, "seed": 7},
        "scores": {
            "a": {"value": 1.23457, "interval": [-0.000123457, 123457000.0], "n_real": 16},
            "b": {"value": 0.666667, "interval": None, "exact": True},
        },
        "statistics": {"c": {"real": 3.33333e-10}},
    }


def test_large_whole_numbers_are_kept():
    text = output.scores_text(result(), {"seed": 2**59 - 1})
    assert json.loads(text)["protocol"]["seed"] == 2**59 - 1


def test_scores_that_differ_by_rounding_have_the_same_text():
    texts = [
        output.scores_text(result({"a": {"value": value}}), {})
        for value in (0.3, 0.1 + 0.2, 0.3000001, 0.300001)
    ]
    assert texts[0] == texts[1] == texts[2] != texts[3]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float64("-inf")])
def test_what_is_no_number_is_refused(value):
    for given in ({"a": {"value": value}}, {"a": {"interval": [0.0, value]}}):
        with pytest.raises(ValueError, match="not JSON compliant"):
            output.scores_text(result(given), {})


FIGURE = {"value": 1.0, "interval": [0.5, 1.5], "floor": 0.25, "over_floor": None}
STATISTIC = {"generated": 0.25, "interval": [0.125, 0.375], "real": 0.6, "other_real": 0.7}


def cells(scores, statistics=None):
    """The words of each line of a table, by its first word."""
    lines = list(output.table({"scores": scores, "statistics": statistics or {}}))
    return {line.split()[0]: line.split()[1:] for line in lines if line}


def test_lines_of_scores():
    scores = {
        "frechet_random3d": FIGURE | {"value": 1234.5678, "interval": [0.00012346, 2e-8]},
        "kernel_random3d": FIGURE | {"value": -0.01, "interval": [-0.02, 0.0], "floor": -0.5},
        "frechet_random3d_extrapolated": FIGURE
        | {"value": -3.5, "interval": None, "standard_error_of_fit": 0.5},
        "precision": FIGURE | {"interval": None},
        "psnr": FIGURE | {"value": 31.25, "floor": None},
        "ssim": FIGURE | {"interval": None, "floor": None},
    }
    found = cells(scores)
    assert list(found) == ["score", *scores, "statistic"]
    assert found["score"][:5] == ["value", "about", "95", "%", "floor"]
    assert found["frechet_random3d"] == ["1235", "0.0001235", "to", "2e-08", "0.25"]
    assert found["kernel_random3d"] == ["-0.01", "-0.02", "to", "0", "-0.5"]
    assert found["frechet_random3d_extrapolated"] == ["-3.5", "(of", "the", "fit:", "0.5)", "0.25"]
    assert found["precision"] == ["1", "unknown", "0.25"]
    assert found["psnr"] == ["31.25", "0.5", "to", "1.5"]
    assert found["ssim"] == ["1", "unknown"]


@pytest.mark.parametrize(("ratio", "text"), [(0.0, "0"), (4.5, "4.5"), (12345.678, "1.235e+04")])
def test_a_ratio_to_the_floor_ends_the_line(ratio, text):
    assert cells({"copying": FIGURE | {"over_floor": ratio}})["copying"][-2:] == ["0.25", text]


def test_lines_of_statistics():
    statistics = {
        "magnitude": STATISTIC | {"unit": "pixels a frame", "distance": 0.4},
        "near_static": STATISTIC | {"unit": "share of clips", "interval": None},
    }
    found = cells({}, statistics)
    assert found["magnitude"] == "0.25 0.125 to 0.375 0.6 0.7 pixels a frame".split()
    assert found["near_static"] == "0.25 unknown 0.6 0.7 share of clips".split()


def test_columns_are_aligned():
    scores = {"a": FIGURE, "a_longer_name": FIGURE | {"value": -1234567.0, "floor": 0.5}}
    lines = list(output.table({"scores": scores, "statistics": {"b": STATISTIC | {"unit": "x"}}}))
    head, first, second, empty = lines[:4]
    assert empty == "" and all(line == line.rstrip() for line in lines)
    for cell, (one, other) in {
        "value": ("1 ", "-1.235e+06"),
        "about 95 %": ("0.5 to 1.5", "0.5 to 1.5"),
        "floor": ("0.25", "0.5"),
    }.items():
        place = head.index(f"  {cell}") + 2
        assert first[place:].startswith(one) and second[place:].startswith(other)
