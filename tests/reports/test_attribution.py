"""What is said of maps."""

import numpy as np
import pytest

from vgan.reports import attribution as report
from vgan.reports import page
from vgan.sampling.attribution import Attribution
from vgan.sampling.maps import Maps


@pytest.fixture
def found(noise):
    maps = np.random.default_rng(0).normal(size=(2, 3, 4, 6)).astype(np.float32)
    row = {"on_moving": 0.625, "missing": -0.004, "random": 0.02, "random_size": 0.25}
    return Maps(noise(2, 0), 0.125, {"conv3d": Attribution(maps, 1, 0)}, {"conv3d": row}, ["flow"])


def test_the_table(found):
    lines = list(report.table(found))
    assert lines[1].split() == ["conv3d", "62.5%", "-0.4%", "+0.02", "+0.25"]
    assert lines[2:] == [
        "12.5% of the pixels move",
        "flow looks at flow, through which no gradient comes back: no map",
    ]


def test_the_section(found, tmp_path, read_page):
    page.write(tmp_path / "a.html", "Maps", report.section(found, 8))
    shown = read_page(tmp_path / "a.html")
    ((video, _),) = shown.clips()
    assert video.shape == (3, 2 * 6 - 2, 2 * 8 - 2, 3)
    np.testing.assert_array_equal(video[:, :4, :6], found.videos[0])
    assert shown.tables[0][1][0] == "conv3d" and "flow looks at flow: no map." in shown.text
