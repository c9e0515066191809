"""Scores of tiny sets of clips, whole."""

import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError, UsageError
from vgan.data.opening import open_windows
from vgan.evaluation import output
from vgan.evaluation.cache import Cache
from vgan.evaluation.evaluator import SPLITS, Evaluator
from vgan.metrics.extractors import FeatureExtractor

CLIP = ClipSpec(4, 16, 16)
DATA = "shapes(objects=1, num_videos=160)"  # Twenty of them are the test split.


def opened(data=DATA, clip=CLIP):
    return {split: open_windows(data, clip, 1, split) for split in SPLITS}


def evaluator(folder, windows=None, **arguments):
    arguments = {"split": "test", "most": 32, "interval": 4, "seed": 0} | arguments
    return Evaluator(windows or opened(), cache=Cache(folder), **arguments)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("features")


@pytest.fixture(scope="module")
def made():
    """Clips of the kind that the data has, but none of them."""
    windows = open_windows(DATA.replace(")", ", seed=5)"), CLIP, 1, "train")
    return np.stack([windows[number][0] for number in range(24)])


@pytest.fixture(scope="module")
def judge(folder):
    return evaluator(folder)


@pytest.fixture(scope="module")
def good(judge, made):
    return judge.score(made)


def text(result):
    return output.scores_text(result, {})


def test_the_whole_bank(judge, good):
    spaces = ("random3d", "random3d_dt", "motion")
    assert set(good.scores) == {
        *(f"frechet_{space}" for space in spaces),
        *(f"kernel_{space}" for space in spaces),
        *("precision", "recall", "density", "coverage"),
    }
    assert set(judge.names) == set(good.scores)
    for figure in good.scores.values():
        low, high = figure["interval"]
        assert low <= figure["value"] <= high
        assert np.isfinite(figure["floor"])
    for name in ("frechet_motion", "coverage"):  # As many clips on each side.
        assert good.scores[name]["n_generated"] == good.scores[name]["n_real"] == 20
    assert good.scores["kernel_motion"]["n_generated"] == 24
    assert set(good.statistics) == {
        *("magnitude", "acceleration", "change", "warp_error", "occluded", "near_static"),
        *("sharpness", "flicker", "loop", "saturated", "training_distance"),
    }


def test_other_real_clips_get_the_floor(judge):
    other = judge.sets["train"]
    result = judge.score(other.take(np.s_[:]))
    # The first twenty of them, in the order of their hashes, are those of the floor.
    for name in ("frechet_random3d", "frechet_random3d_dt", "frechet_motion", "coverage"):
        assert result.scores[name]["value"] == pytest.approx(result.scores[name]["floor"])
    copies = result.statistics.pop("training_distance")
    assert copies["generated"] == pytest.approx(0, abs=1e-4) and copies["real"] > 5
    for figure in result.statistics.values():
        assert figure["generated"] == pytest.approx(figure["other_real"])
        if "distance" in figure:
            assert figure["distance"] == pytest.approx(figure["distance_floor"])


def test_spoilt_clips_are_worse(judge, good, made):
    random = np.random.default_rng(0)
    noisy = np.clip(made + random.normal(0, 20, made.shape), 0, 255).astype(np.uint8)
    bad = judge.score(noisy)
    for name in ("frechet_random3d_dt", "kernel_random3d_dt"):
        assert bad.scores[name]["value"] > good.scores[name]["interval"][1]
    still = judge.score(made[:, :1].repeat(4, 1))
    assert still.statistics["near_static"]["generated"] == 1
    assert still.statistics["magnitude"]["distance"] > 5 * good.statistics["magnitude"]["distance"]


def test_the_order_of_the_clips_changes_nothing(judge, good, made):
    order = np.random.default_rng(1).permutation(len(made))
    assert text(judge.score(made[order])) == text(good)


def test_kept_features_give_the_same_bytes(folder, good, made, monkeypatch):
    windows = opened()
    monkeypatch.setattr(type(windows["test"]), "__getitem__", None)  # No clip is read again.
    assert text(evaluator(folder, windows).score(made)) == text(good)


def test_features_kept_of_other_data_are_not_taken(folder, good, made):
    other = evaluator(folder, opened(DATA.replace("objects=1", "objects=2"))).score(made)
    assert other.scores["frechet_motion"]["value"] != good.scores["frechet_motion"]["value"]


def test_the_seed_chooses_the_clips(judge, folder):
    other = evaluator(folder, seed=1, most=18)
    first = evaluator(folder, most=18)
    assert len(other.sets["train"]) == len(first.sets["train"]) == 18
    assert set(other.sets["train"].sources) != set(first.sets["train"].sources)
    assert set(first.sets["train"].sources) < set(judge.sets["train"].sources)


def test_the_other_split(folder, good, made):
    result = evaluator(folder, split="train").score(made)
    mine, theirs = good.statistics["change"], result.statistics["change"]
    assert (theirs["real"], theirs["other_real"]) == (mine["other_real"], mine["real"])
    assert result.statistics["training_distance"] == good.statistics["training_distance"]


def test_the_nearest_training_clips(judge, made):
    train = judge.windows["train"]
    clips = np.concatenate([made[:15], train[3][0][None, :, :, ::-1]])
    result = judge.score(clips)
    numbers, distances = result.nearest
    (copy,) = np.flatnonzero(distances < 1e-4)
    np.testing.assert_array_equal(result.clips.take([copy])[0], train[3][0][:, :, ::-1])
    np.testing.assert_array_equal(judge.nearest_windows(numbers[[copy]])[0], train[3][0])


def test_a_network_of_ones_own(folder, made):
    def means(videos):
        return videos.mean((1, 2, 3))

    plug = FeatureExtractor("mine", means, "1", comparable="fvd")
    scores = evaluator(folder, user_networks=[plug]).score(made).scores
    assert {"frechet_mine", "kernel_mine"} <= set(scores)
    assert "fvd" not in scores  # Only of 2,048 clips.
    assert scores["frechet_mine"]["extractor"] == "mine"


def test_fvd_needs_its_protocol(folder, made, monkeypatch):
    monkeypatch.setattr("vgan.evaluation.scores.FVD_CLIPS", 20)
    plug = FeatureExtractor("mine", lambda v: v.mean((1, 2, 3)), "1", comparable="fvd")
    scores = evaluator(folder, user_networks=[plug]).score(made).scores
    assert "fvd" in scores and "frechet_mine" not in scores


class Classes:
    """Stands for a classifier: a clip's brightness decides."""

    digest = "c1"
    about = {"clip": [4, 16, 16, 3], "labels": ["bright", "dark"]}
    about |= {"held_out_accuracy": 0.9, "digest": digest, "data": DATA, "frame_step": 1}

    def features(self, videos):
        return videos.mean((1, 2, 3))

    def probabilities(self, videos):
        bright = np.clip(videos.mean((1, 2, 3, 4)) / 100, 0, 1)
        return np.stack([bright, 1 - bright], 1)


def test_with_a_classifier(folder, made):
    scores = evaluator(folder, classifier=Classes()).score(made).scores
    assert {"frechet_classifier", "inception_score", "classifier_confidence"} <= set(scores)
    for kind in ("value", "floor"):
        assert 1 <= scores["inception_score"][kind] <= 2
        assert 0.5 <= scores["classifier_confidence"][kind] <= 1
    assert scores["inception_score"]["held_out_accuracy"] == 0.9
    bright = (Classes().probabilities(made)[:, 0] > 0.5).mean()
    shares = scores["inception_score"]["class_shares"]
    assert shares == pytest.approx({"bright": bright, "dark": 1 - bright})


def test_too_few(judge, made, folder):
    with pytest.raises(DataError, match="15 of them, scores need 16"):
        judge.score(made[:15])
    with pytest.raises(DataError, match="split 'test': 10 clips .* 4 frames apart, scores need 16"):
        evaluator(folder, opened("shapes(num_videos=80)"))


def test_one_frame(folder):
    with pytest.raises(UsageError, match="--frames=1: .* no motion"):
        evaluator(folder, opened(clip=ClipSpec(1, 16, 16)))
