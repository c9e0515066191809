"""Kinds of features put together by a text."""

import sys

import numpy as np
import pytest

from data_prep.features import extra
from data_prep.features.description import Description
from data_prep.features.kind import Kind
from tests.data_prep.features.clips import noise
from vgan.core.errors import UsageError

CLIP = noise(frames=5)


def mean(scale=1.0):
    return Kind(["mean"], lambda frames, following: [scale * frames.mean()])


def too_many():
    return Kind(["one"], lambda frames, following: [1, 2])


def not_finite():
    return Kind(["one"], lambda frames, following: [np.nan])


def test_kinds_in_a_row():
    both = Description("colour(bins=2) + motion")
    single = [Description("colour(bins=2)"), Description("motion")]
    assert both.names == single[0].names + single[1].names
    assert both.names[0] == "colour.hue_0" and both.names[-1] == "motion.difference"
    row = both.describe(CLIP)
    assert row.dtype == np.float32 and row.shape == (len(both.names),)
    np.testing.assert_array_equal(row, np.concatenate([each.describe(CLIP) for each in single]))


def test_every_kind_describes_frames_of_any_shape():
    described = Description("colour + texture + edges + motion")
    assert len(set(described.names)) == len(described.names) == 103
    for height, width in ((16, 16), (64, 64), (17, 33)):
        clip = np.random.default_rng(1).integers(0, 256, (3, height, width, 3)).astype(np.uint8)
        assert np.isfinite(described.describe(clip)).all()


def test_frames_one_by_one():
    described = Description("colour")
    watch = described.watch()
    for frame in CLIP:
        watch.see(frame)
    np.testing.assert_array_equal(watch.features(), described.describe(iter(CLIP)))


def test_a_kind_of_ones_own(monkeypatch):
    monkeypatch.setitem(sys.modules, "mine", sys.modules[__name__])
    described = Description("mine.mean(scale=2.0)")
    assert described.names == ["mine.mean.mean"]
    np.testing.assert_allclose(described.describe(CLIP), [2 * CLIP[:-1].mean()], rtol=1e-6)
    for wrong in ("mine.too_many", "mine.not_finite"):
        with pytest.raises(ValueError, match="not 1 finite numbers"):
            Description(wrong).describe(CLIP)


def test_no_kind():
    assert Description("").names == [] and Description("").describe(CLIP).shape == (0,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("color", "Known: colour, edges, motion, texture"),
        ("2*colour", "no weights"),
        ("colour + colour(bins=4)", "names a kind twice"),
        ("colour(bins=1)", "2 to 64"),
        ("texture(orientations=0)", "1 to 32"),
        ("texture(wavelengths=(3, 3))", "different ones"),
        ("texture(wavelengths=6)", "must be a list"),
        ("texture(wavelengths=(1,))", "2 to 64"),
        ("edges(directions=1)", "2 to 32"),
        ("edges(cells=9)", "1 to 8"),
        ("motion(moving=0)", "of at least 0.01 and at most 100"),
        ("motion(estimator='flow')", "Known: block_matching, dis, farneback"),
    ],
)
def test_what_is_wrong(text, said):
    with pytest.raises(UsageError, match=said):
        Description(text)


def test_without_scikit_image(monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(UsageError, match=r"texture: .* pip install 'vgan\[features\]'"):
        Description("texture")
    with pytest.raises(UsageError, match="--features=edges"):
        extra.scikit_image("edges")
    Description("colour + motion")
