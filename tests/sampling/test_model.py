"""Drawing videos: the same ones whatever asks for them."""

import numpy as np
import pytest
import tensorflow as tf

import vgan
from tests.conftest import assert_same_clips
from vgan.core import randomness
from vgan.core.clip import ClipSpec
from vgan.core.errors import CheckpointError, UsageError
from vgan.data.shapes import windows
from vgan.runs import trained
from vgan.sampling import graphs, latent_walk
from vgan.sampling.card import Card
from vgan.sampling.model import Functions, Model
from vgan.tasks.task import Task


@pytest.fixture(scope="module")
def model(tiny_run):
    return vgan.load(tiny_run)


@pytest.fixture(scope="module")
def twenty(model):
    return model.sample(20, seed=4)


def test_knows_what_it_makes(model, twenty):
    assert twenty.shape == (20, 4, 8, 8, 3)
    assert twenty.dtype == np.uint8
    assert model.clip == ClipSpec(4, 8, 8)
    assert model.fps == 8.0
    assert model.labels == windows(model.clip, 1, "train").labels


@pytest.mark.parametrize("number", [1, 5, 8, 9, 20])
def test_a_video_is_the_same_however_many_are_drawn(model, twenty, number):
    np.testing.assert_array_equal(model.sample(number, seed=4), twenty[:number])


def test_a_stream_is_the_same_in_parts(model, twenty):
    parts = list(model.stream(20, seed=4))
    assert [len(part) for part in parts] == [8, 8, 4]
    np.testing.assert_array_equal(np.concatenate(parts), twenty)


def test_a_process_that_runs_functions_eagerly_gets_the_same(model, twenty):
    try:
        tf.config.run_functions_eagerly(True)
        assert_same_clips(model.sample(9, seed=4), twenty[:9])
    finally:
        tf.config.run_functions_eagerly(False)


def test_videos_and_seeds_differ(model, twenty):
    assert len({video.tobytes() for video in twenty}) == 20
    assert not np.array_equal(model.sample(1, seed=5)[0], twenty[0])


def test_any_range_of_a_seed(tiny_run, twenty):
    run = trained.restore(tiny_run)
    assert run.step == 4

    @tf.function(autograph=False)
    def draw(first, number):
        return graphs.video_range(run.model, run.card, 4, first, number, -1)

    for first, number in ((0, 3), (5, 9), (8, 8), (15, 5)):
        drawn = draw(tf.constant(first, tf.int64), tf.constant(number, tf.int64))
        np.testing.assert_array_equal(drawn, twenty[first : first + number])


def test_labels_are_dealt_in_turn(model, twenty):
    for label in (0, 7, 11):
        of_one = model.sample(20, seed=4, label=label)
        same = [np.array_equal(a, b) for a, b in zip(of_one, twenty, strict=True)]
        assert same == [number % 12 == label for number in range(20)]


def test_a_label_by_name_and_by_number(model):
    expected = model.sample(2, label=5)
    np.testing.assert_array_equal(model.sample(2, label=model.labels[5]), expected)
    np.testing.assert_array_equal(model.sample(2, label="5"), expected)


def test_the_averaged_weights_are_used(tiny_run):
    run = trained.restore(tiny_run, whole=True)
    model, gan = run.sampling_model(), run.model
    before = model.sample(8, seed=4)
    gan.generator.set_weights([np.zeros_like(w) for w in gan.generator.get_weights()])
    np.testing.assert_array_equal(model.sample(8, seed=4), before)
    gan.average.set_weights([np.zeros_like(w) for w in gan.average.get_weights()])
    assert set(np.unique(model.sample(8, seed=4))) == {128}


def test_decoding_the_latents_of_a_seed_gives_its_videos(tiny_run, twenty):
    gan, _, card, _ = trained.restore(tiny_run)
    samples = tf.range(8, dtype=tf.int64)
    latents = randomness.normal(4, randomness.SAMPLING, samples, gan.latent_shape)
    videos = graphs.decode(gan, card, latents, tf.range(8)).numpy()
    assert np.abs(videos.astype(int) - twenty[:8]).max() <= 1


def test_a_model_decodes_latents_as_it_samples(model, tiny_run):
    """Twelve videos of one class, in two chunks, live and exported alike."""
    latents = np.stack([latent_walk.of_seed(model, 4, number) for number in range(12)])
    expected = model.sample(12, seed=4, label=2)
    for one in (model, vgan.load(tiny_run / "export" / "4")):
        assert one.latent_shape == (8,)
        np.testing.assert_array_equal(one.decode(latents, 2), expected)
        np.testing.assert_array_equal(one.decode(latents[9:10], 2), expected[9:10])


def test_what_can_not_be_decoded(model):
    with pytest.raises(UsageError, match=r"latents: \[1, 9\], this model's are \['N', 8\]"):
        model.decode(np.zeros([1, 9]), 0)
    with pytest.raises(UsageError, match="latents"):
        model.decode(np.zeros([0, 8]), 0)
    with pytest.raises(UsageError, match="--label: not given"):
        model.decode(np.zeros([1, 8]))


def fake(labels=(), calls=None):
    """A Model whose video i is filled with i."""

    def draw(seed, first, number, label):
        if calls is not None:
            calls.append((seed, first, number, label))
        return np.arange(first, first + number, dtype=np.uint8).reshape(-1, 1, 1, 1, 1)

    card = Card(ClipSpec(1, 1, 1), 8.0, labels, Task("generation"))
    return Model(card, Functions(draw, None))


def test_what_is_drawn_for_a_label():
    calls = []
    fake(["7", "down", "0"], calls).sample(1, seed=3, label="0")
    fake(["7", "down", "0"], calls).sample(1, label="1")
    fake(["7", "down", "0"], calls).sample(1, label=0)
    fake(["7", "down", "0"], calls).sample(1)
    assert calls == [(3, 0, 8, 2), (0, 0, 8, 1), (0, 0, 8, 0), (0, 0, 8, -1)]


@pytest.mark.parametrize("label", ["up", "", 3, "3", -1, "-1", 1.0, "²"])
def test_an_unknown_label_lists_those_that_exist(label):
    with pytest.raises(UsageError, match=f"label {label!r}: unknown. Choose one of left, right"):
        fake(["left", "right"]).stream(1, label=label)  # Before anything is drawn.


def test_a_label_for_a_model_without_classes():
    with pytest.raises(UsageError, match="knows no classes"):
        fake().sample(1, label=0)


@pytest.mark.parametrize(("number", "seed"), [(0, 0), (-1, 0), (1, -1), (1, 2**59)])
def test_numbers_out_of_range(number, seed):
    with pytest.raises(UsageError, match=f"num_videos={number}: need|seed={seed}: must"):
        fake().stream(number, seed)


def test_a_folder_that_is_no_model(tmp_path):
    with pytest.raises(CheckpointError, match="neither a workdir with a checkpoint nor an export"):
        vgan.load(tmp_path)
    with pytest.raises(CheckpointError, match="missing': neither"):
        vgan.load(tmp_path / "missing")
