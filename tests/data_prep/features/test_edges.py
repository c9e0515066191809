"""Edges of figures that are known, and Hu's moments against scikit-image."""

import numpy as np
import pytest
from skimage.measure import moments_central, moments_hu, moments_normalized

from data_prep.features.description import Description
from tests.data_prep.features.clips import described, figure, still, wave

EDGES = Description("edges")
HU = [f"edges.figure_hu_{k}" for k in range(1, 8)]
FIGURE = ["edges.figure_area", "edges.figure_roundness", *HU]


def square(y, x):
    return (y >= 20) & (y < 41) & (x >= 24) & (x < 45)


def arrow(y, x):
    """A figure without symmetry."""
    return ((abs(y - 30) < 4) & (x > 10) & (x < 50)) | ((x > 36) & (x < 50) & (y > 10) & (y < 34))


def test_nothing_in_uniform_grey():
    assert not any(described(EDGES, still(np.full([32, 32], 77))).values())


def test_density_of_one_edge():
    """Canny thins an edge to one pixel, of each row."""
    found = described(EDGES, still(figure(lambda y, x: x >= 32)))
    assert found["edges.density"] == pytest.approx(1 / 64)


@pytest.mark.parametrize("degrees", [0, 22.5, 45, 67.5, 90, 112.5, 135, 157.5])
def test_stripes_fall_into_their_direction(degrees):
    found = described(Description("edges(cells=1)"), still(wave(12, degrees)))
    assert found[f"edges.hog_0_0_{degrees:g}"] > 0.9


def test_nearly_upright_stripes_stay_in_one_direction():
    for degrees in (-3, 3):
        found = described(Description("edges(cells=1)"), still(wave(12, degrees)))
        assert found["edges.hog_0_0_0"] > 0.9


def test_gradients_fall_into_their_cell():
    """Vertical stripes at the top right, horizontal ones at the bottom left."""
    picture = np.full([64, 64], 128.0)
    picture[:31, 33:] = wave(8, 0, size=31)
    picture[33:, :31] = wave(8, 90, size=31)
    found = described(EDGES, still(picture))
    shares = {name: value for name, value in found.items() if "hog" in name}
    assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
    assert sorted(shares, key=shares.get)[-2:] in (
        ["edges.hog_0_1_0", "edges.hog_1_0_90"],
        ["edges.hog_1_0_90", "edges.hog_0_1_0"],
    )


def test_outline_of_a_square():
    """Through the centres of its pixels it is 20 wide: h1 = 2 / 12, all others are 0."""
    found = described(EDGES, still(figure(square)))
    assert found["edges.figure_area"] == pytest.approx(400 / 4096)
    assert found["edges.figure_roundness"] == pytest.approx(np.pi / 4)
    assert [found[name] for name in HU] == pytest.approx([1 / 6, 0, 0, 0, 0, 0, 0], abs=1e-3)


def test_outline_of_a_rectangle():
    """Of 10 by 30: h1 = (10² + 30²) / (12 300), the root of h2 is (30² - 10²) / (12 300)."""
    shape = figure(lambda y, x: (y >= 5) & (y <= 15) & (x >= 8) & (x <= 38))
    found = described(EDGES, still(shape))
    assert [found[name] for name in HU[:2]] == pytest.approx([1000 / 3600, 800 / 3600], rel=1e-5)


def test_moments_are_those_of_scikit_image():
    """Drawn finely, with its outline through the centres of the pixels of `arrow`."""
    found = described(EDGES, still(figure(arrow)))
    y, x = (np.indices((1024, 1024)) + 0.5) / 16
    bar, head = (27 < y) & (y < 33) & (11 < x) & (x < 49), (11 < y) & (y < 33) & (37 < x) & (x < 49)
    fine = bar | head
    known = moments_hu(moments_normalized(moments_central(fine.astype(float))))
    roots = np.sign(known) * np.abs(known) ** (1 / np.array([1, 2, 2, 2, 4, 3, 4]))
    # The 7th has another sign where the axes are named the other way round.
    np.testing.assert_allclose(
        [found[name] for name in HU[:6]], roots[:6], rtol=5e-3
    )  # It cuts a corner.
    assert abs(found[HU[6]]) == pytest.approx(abs(roots[6]), rel=5e-3)


def test_figures_may_be_dark_moved_turned_or_doubled():
    shape = figure(arrow)
    known = described(EDGES, still(shape))
    moved = np.roll(shape, (6, 9), (0, 1))
    mirror = dict.fromkeys(FIGURE, 1) | {HU[6]: -1}
    same = dict.fromkeys(FIGURE, 1)
    for other, signs in (
        (255 - shape, same),
        (moved, same),
        (np.rot90(shape), same),
        (shape[:, ::-1], mirror),
        (shape.T, mirror),
    ):
        found = described(EDGES, still(other))
        for name, sign in signs.items():
            assert found[name] == pytest.approx(sign * known[name], abs=1e-3), name
    doubled = described(EDGES, still(np.kron(shape, np.ones([2, 2]))))
    assert [doubled[name] for name in HU] == pytest.approx([known[name] for name in HU], abs=0.03)


def test_the_largest_of_two_figures_counts():
    """Not the one with the longest outline."""
    both = figure(lambda y, x: square(y, x) | ((y < 8) & (y > 5) & (x > 1) & (x < 60)))
    found, known = described(EDGES, still(both)), described(EDGES, still(figure(square)))
    assert [found[name] for name in FIGURE] == [known[name] for name in FIGURE]


def test_a_line_has_no_area():
    found = described(EDGES, still(figure(lambda y, x: (y == 30) & (x > 5) & (x < 50))))
    assert [found[name] for name in FIGURE] == [0] * 9
