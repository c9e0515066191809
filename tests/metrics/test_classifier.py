import json
import types

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import CheckpointError, DataError, StorageError, UsageError
from vgan.metrics import classifier
from vgan.training import classifier as training

CLIP = ClipSpec(4, 8, 8)


class Stripes(list):
    """Windows of stripes that lie or stand, of random phase and colours."""

    clip, frame_step, fingerprint, source = CLIP, 2, "stripes", None
    labels = ("lying", "standing")

    def __init__(self, count, seed, swapped=False):
        random = np.random.default_rng(seed)
        super().__init__(self._window(i % 2, random, swapped) for i in range(count))

    def _window(self, label, random, swapped):
        rows = np.arange(8)[:, None] // 2 % 2 * np.ones(8, int)
        pattern = np.roll(rows.T if label else rows, random.integers(0, 4, 2), (0, 1))
        colours = random.integers([[0], [160]], [[96], [256]], [2, 3]).astype(np.uint8)
        return np.stack([colours[pattern]] * 4), int(label != swapped)

    def apart(self, interval):
        assert interval == 7
        return np.arange(0, len(self), 2 if len(self) == 42 else 1), None


def train(swapped=False, progress=lambda *unused: None):
    return training.train("stripes", Stripes(64, 0), Stripes(21, 1, swapped), 60, 3, progress)


@pytest.fixture(scope="module")
def trained():
    reports = []
    made = train(progress=lambda *report: reports.append(report))
    return types.SimpleNamespace(classifier=made, reports=reports)


@pytest.fixture
def saved(trained, tmp_path):
    classifier.save(trained.classifier, tmp_path / "saved", overwrite=False)
    return tmp_path / "saved"


@pytest.fixture(scope="module")
def videos():
    return np.stack([video for video, _ in Stripes(37, 2)])


def test_it_learns_and_says_how_well(trained):
    about = trained.classifier.about
    assert about["held_out_accuracy"] == 1.0
    assert about["n_held_out"] == 21
    assert trained.classifier.labels == ("lying", "standing")
    assert {"data": "stripes", "fingerprint": "stripes", "frame_step": 2, "seed": 3}.items() <= (
        about.items()
    )
    assert [step for step, _, _ in trained.reports] == [50, 60]
    (_, first, _), (_, last, accuracy) = trained.reports
    assert last < first / 2
    assert accuracy > 0.9


def test_the_same_arguments_give_the_same_one_and_the_held_out_labels_count(trained):
    again = train(swapped=True)
    assert again.digest == trained.classifier.digest
    assert again.about["held_out_accuracy"] == 0.0


def test_held_out_windows_are_those_that_lie_apart(trained, monkeypatch):
    assert training._accuracy(trained.classifier, Stripes(42, 1)) == (1.0, 21)
    monkeypatch.setattr(training, "_MOST_HELD_OUT", 5)
    assert training._accuracy(trained.classifier, Stripes(41, 1)) == (1.0, 5)


def test_results_do_not_depend_on_the_number(trained, videos):
    features, probabilities = trained.classifier.predictions(videos)
    assert features.shape == (37, 96)
    assert features.dtype == probabilities.dtype == np.float64
    for number in (1, 5, 16, 20):
        some = trained.classifier.predictions(videos[:number])
        np.testing.assert_array_equal(some[0], features[:number])
        np.testing.assert_array_equal(some[1], probabilities[:number])
    np.testing.assert_array_equal(trained.classifier.features(videos), features)
    np.testing.assert_array_equal(trained.classifier.probabilities(videos), probabilities)


def test_probabilities_are_the_softmax_of_the_last_layer_of_the_features(trained, videos):
    features, probabilities = trained.classifier.predictions(videos)
    kernel, bias = trained.classifier.network.get_weights()[-2:]
    odds = np.exp(features @ kernel + bias)
    np.testing.assert_allclose(probabilities, odds / odds.sum(1, keepdims=True), rtol=1e-4)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-15)


def test_clips_of_another_size(trained):
    with pytest.raises(UsageError, match="clips of 4x8x8, not 5x8x16"):
        trained.classifier.features(np.zeros([2, 5, 8, 16, 3], np.uint8))


def test_one_label_is_not_enough():
    windows = Stripes(4, 0)
    windows.labels = ("lying",)
    with pytest.raises(DataError, match="data 'some': fewer than 2 labels"):
        training.train("some", windows, windows, 1, 0, None)


def test_augmentation_moves_a_clip_as_a_whole_and_by_its_number_alone():
    video = np.random.default_rng(0).integers(0, 256, [3, 1, 16, 16, 3], np.uint8).repeat(4, 1)
    samples = np.array([5, 6, 7])
    found = training._augment(tf.constant(video), 0, samples).numpy()
    assert found.shape == video.shape
    np.testing.assert_array_equal(found, found[:, :1].repeat(4, 1))
    alone = training._augment(tf.constant(video[1:2]), 0, samples[1:2]).numpy()
    np.testing.assert_array_equal(found[1], alone[0])
    shifts = set()
    for clip, changed in zip(video[:, 0] / 127.5 - 1, found[:, 0], strict=True):
        inner = clip[2:14, 2:14]
        fits = [
            (dy, dx)
            for dy in range(5)
            for dx in range(5)
            if np.ptp(changed[4 - dy : 16 - dy, 4 - dx : 16 - dx] - inner, (0, 1)).max() < 1e-5
        ]
        assert len(fits) == 1
        shifts.update(fits)
    assert len(shifts) > 1


def test_load_gives_what_was_saved(trained, saved, videos):
    assert sorted(path.name for path in saved.iterdir()) == ["classifier.json", "network.keras"]
    assert [path.name for path in saved.parent.iterdir()] == ["saved"]
    loaded = classifier.load(saved)
    assert json.loads((saved / "classifier.json").read_text()) == loaded.about
    assert loaded.about == trained.classifier.about
    assert loaded.digest == loaded.about["digest"] == trained.classifier.digest
    assert len(loaded.digest) == 16
    np.testing.assert_array_equal(loaded.features(videos), trained.classifier.features(videos))


def flipped(path, place):
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: (path / "network.keras").unlink(),
        lambda path: (path / "network.keras").write_bytes(b""),
        lambda path: flipped(path / "network.keras", 0.5),
        lambda path: flipped(path / "network.keras", 0.999),
        lambda path: flipped(path / "classifier.json", 0.999),
        lambda path: (path / "classifier.json").write_text("[]"),
        lambda path: (path / "classifier.json").write_text('{"digest": "0"}'),
    ],
)
def test_a_damaged_folder(saved, damage):
    damage(saved)
    with pytest.raises(CheckpointError, match="saved': damaged. Make it again with python -m"):
        classifier.load(saved)


def test_weights_of_another_classifier(saved, trained):
    other = classifier.load(saved)
    weights = [weight + 1 for weight in other.network.get_weights()]
    other.network.set_weights(weights)
    other.network.save(saved / "network.keras")
    with pytest.raises(CheckpointError, match="damaged"):
        classifier.load(saved)


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_that_is_none(tmp_path, name):
    with pytest.raises(CheckpointError, match="there is none. Make one with python -m"):
        classifier.load(tmp_path / name)


def test_only_a_classifier_is_replaced(trained, saved):
    with pytest.raises(StorageError, match="saved': it exists. Add --overwrite"):
        classifier.save(trained.classifier, saved, overwrite=False)
    (saved / "mark").touch()
    classifier.save(trained.classifier, saved, overwrite=True)
    assert not (saved / "mark").exists()
    with pytest.raises(StorageError, match="it is no classifier, so --overwrite leaves it alone"):
        classifier.save(trained.classifier, saved.parent, overwrite=True)


def test_a_failed_save_leaves_the_old_one(trained, saved, monkeypatch):
    def fail(path):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(trained.classifier.network, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        classifier.save(trained.classifier, saved, overwrite=True)
    assert [path.name for path in saved.parent.iterdir()] == ["saved"]
    assert classifier.load(saved).digest == trained.classifier.digest
