"""What the page of an evaluation says of how a model works."""

import json
import shutil

import pytest

from vgan.core.errors import DataError
from vgan.reports import inside

ROW = {"name": "speed", "kind": "statistic", "r2": 0.5, "changes": {"speed": 1.0, "size": None}}
FOUND = {"step": 4, "statistics": {"speed": {}, "size": {}}, "directions": [ROW]}


def sections(workdir, number=0):
    return inside.sections(workdir, "last", False, number, 0)


def with_directions(workdir, found):
    (workdir / "directions").mkdir()
    (workdir / "directions" / "directions.json").write_text(json.dumps(found))


def test_nothing_of_a_run_of_which_nothing_is_known(tmp_path):
    assert sections(tmp_path) == []


def test_directions_that_were_found(tmp_path):
    with_directions(tmp_path, FOUND)
    table, told = sections(tmp_path)
    assert "<td>0.5</td><td><b>+1.00</b></td><td>–</td>" in table
    assert "Found by vgan.directions at step 4" in told


@pytest.mark.parametrize(
    "broken",
    [{"directions": [{"name": "speed"}]}, {"directions": 3}, {"step": "4"}, {"statistics": None}],
)
def test_directions_that_are_damaged(tmp_path, broken):
    with_directions(tmp_path, FOUND | broken)
    with pytest.raises(DataError, match="directions .* damaged"):
        sections(tmp_path)


def test_maps_where_they_are_asked_for(tiny_run, tmp_path):
    shutil.copytree(tiny_run, tmp_path / "run")
    (found,) = sections(tmp_path / "run", 2)
    assert "What critics look at" in found and found.count("data:image/webp") == 1
