"""Edges: how many, which way they run where, and the outline of the largest figure."""

import cv2
import numpy as np

from data_prep.features.extra import scikit_image
from data_prep.features.kind import Kind
from vgan.core.arguments import check_whole

_DEGREES = np.array([1, 2, 2, 2, 4, 3, 4])
"""Of Hu's moments, in normalised moments: their roots are all of one scale."""


def features(directions=8, cells=2):
    """Density, histograms of gradients, and the outline of the figure; means over frames of luma.

    `density` is the share of pixels on an edge (Canny, thresholds 100 and 200). `hog_0_1_45` is the
    share of all gradients that is in row 0, column 1 of a grid and about at 45 degrees, from the
    x axis towards the y axis, which points down: vertical edges are at 0. The figure is what
    Otsu's threshold parts from the rest and touches the border less: `figure_area` of its
    largest outline, in shares of the frame, `figure_roundness` (4 pi area / length²), 1 for a
    circle, and `figure_hu_1` to 7, Hu's moments of the area within: the same wherever it lies, of
    any size and turned any way (the 7th changes its sign in a mirror), signed roots of their
    degrees. All are 0 where there is nothing.

    Args:
      directions: of gradients, 2 to 32, evenly over 180 degrees, the first one centred on 0.
      cells: rows and columns of the grid, 1 to 8.
    Raises:
      UsageError: an argument out of its range, or scikit-image is missing.

    Source: Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection", 2005, as
    scikit-image has them; Hu, "Visual Pattern Recognition by Moment Invariants", 1962, equation 57.
    """
    check_whole("edges", 2, 32, directions=directions)
    check_whole("edges", 1, 8, cells=cells)
    skimage = scikit_image("edges")

    def describe(frames, following):
        luma = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
        return np.mean(
            [
                [
                    (cv2.Canny(grey, 100, 200) > 0).mean(),
                    *_gradients(skimage, grey, directions, cells),
                    *_outline(grey),
                ]
                for grey in luma
            ],
            axis=0,
        )

    angles = [f"{180 * k / directions:g}" for k in range(directions)]
    grid = [f"hog_{y}_{x}_{a}" for y in range(cells) for x in range(cells) for a in angles]
    figure = ["area", "roundness", *(f"hu_{k}" for k in range(1, 8))]
    return Kind(["density", *grid, *(f"figure_{name}" for name in figure)], describe)


def _gradients(skimage, grey, directions, cells):
    """Bins of half the width, joined in twos, so that upright edges aren't between two bins."""
    cell = [side // cells for side in grey.shape]
    halves = skimage.feature.hog(grey, 2 * directions, cell, (cells, cells), "L1")
    joined = np.roll(halves.reshape(-1, 2 * directions), 1, axis=-1).reshape(-1, 2)
    return joined.sum(axis=-1)


def _outline(grey):
    _, figure = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    border = np.concatenate([figure[0], figure[-1], figure[:, 0], figure[:, -1]])
    if border.mean() > 127.5:
        figure = 255 - figure
    outlines, _ = cv2.findContours(figure, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(outlines, key=cv2.contourArea, default=None)
    area = 0 if largest is None else cv2.contourArea(largest)
    if not area:
        return np.zeros(9)
    invariants = cv2.HuMoments(cv2.moments(largest))[:, 0]
    roots = np.sign(invariants) * np.abs(invariants) ** (1 / _DEGREES)
    roundness = 4 * np.pi * area / cv2.arcLength(largest, closed=True) ** 2
    return [area / grey.size, roundness, *roots]
