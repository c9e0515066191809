import re

import numpy as np
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.clip import ClipSpec, to_float, to_uint8
from vgan.core.errors import UsageError
from vgan.models.codec import put_back
from vgan.tasks import given
from vgan.tasks.task import Task

CLIP = ClipSpec(6, 16, 24)
# A new task is tested by its name alone, or by what it takes, here and in test_given_runs.
ARGUMENTS = {
    "prediction": "given=2",
    "interpolation": "every=2",
    "key_frames": "positions=(0, -1)",
    "deblurring": "sigma=1.0",
}
TASKS = [f"{name}({ARGUMENTS.get(name, '')})" for name in spec.names("vgan.tasks.kinds.{}")]


def clips(number=3, seed=0):
    """Videos uint8 [number, T, H, W, 3]."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (number, *CLIP.shape), np.uint8)


def shown(text, videos, seed=0):
    samples = tf.range(len(videos), dtype=tf.int64)
    both = [to_float(tf.constant(of)) for of in (videos, clips(len(videos), seed=9))]
    return Task(text)(both[0], seed, samples, source=both[1])


def kept(condition, made):
    """What is made of videos `made`, float, when a condition is kept, as uint8."""
    return np.asarray(to_uint8(put_back(tf.constant(made), condition)))


@pytest.mark.parametrize("text", TASKS)
def test_known_pixels_come_out_exactly_and_hidden_ones_are_not_told(text):
    videos = clips()
    condition = shown(text, videos)
    if text == "generation()":
        assert condition.shape == (3, 6, 16, 24, 0)
        return
    pixels, kinds = given.to_rest(condition)
    known, hidden = (np.repeat(kinds == kind, 3, -1) for kind in (given.KNOWN, given.HIDDEN))
    noise = np.random.default_rng(1).uniform(-1, 1, videos.shape).astype(np.float32)
    out = kept(condition, noise)
    np.testing.assert_array_equal(out[known], videos[known])
    np.testing.assert_array_equal(out[~known], np.asarray(to_uint8(noise))[~known])
    # Whatever stands at hidden places, the same is told.
    other = np.where(hidden, clips(seed=2), videos)
    np.testing.assert_array_equal(shown(text, other), condition)
    assert known.any() != (kinds == given.HINT).any()
    assert not known.all(), "nothing is left to be made"


@pytest.mark.parametrize(
    "text",
    [text for text in TASKS if text != "generation()"] + ["generation + prediction(given=2)"],
)
def test_a_task_is_a_function_of_seed_and_sample(text):
    videos, source = (to_float(tf.constant(clips(seed=seed))) for seed in (0, 9))
    task = Task(text)
    whole = task(videos, 5, tf.constant([7, 8, 9], tf.int64), source)
    alone = task(videos[1:2], 5, tf.constant([8], tf.int64), source[1:2])
    np.testing.assert_array_equal(whole[1:2], alone)
    numbers = tf.constant(5, tf.int64), tf.constant([7, 8, 9], tf.int64)
    compiled = tf.function(task, autograph=False)(videos, *numbers, source)
    np.testing.assert_allclose(compiled, whole, atol=1e-6)


def test_a_condition_at_rest_is_the_same_again():
    for text in ("prediction(given=2)", "denoising(strength=60)", "inpainting"):
        condition = shown(text, clips())
        np.testing.assert_array_equal(given.from_rest(*given.to_rest(condition)), condition)


def test_a_mixture_shares_clips_out():
    task = Task("generation + 3*prediction(given=1)")
    videos = to_float(tf.zeros([400, 2, 1, 1, 3], tf.uint8))
    condition = tf.function(task, autograph=False)(videos, 0, tf.range(400, dtype=tf.int64))
    told = np.asarray(condition[:, 0, 0, 0, 3])
    assert set(told) == {0.0, 1.0} and 0.68 < told.mean() < 0.82
    assert task.shows and not task.needs_given and Task("prediction").needs_given


@pytest.mark.parametrize(
    "text", ["", "0*prediction", "-1*generation", "predict", "prediction(k=1)"]
)
def test_what_is_no_task(text):
    with pytest.raises(UsageError):
        Task(text)


MIXED = "prediction + prediction(given=2) + interpolation(every=2)"


@pytest.mark.parametrize(
    ("trained", "text", "found"),
    [
        ("prediction", None, "prediction()"),
        ("prediction", "prediction(given=4)", "prediction()"),
        ("prediction(given=4)", "prediction", "prediction(given=4)"),
        (MIXED, "prediction(given=4)", "prediction()"),
        (MIXED, "prediction(given=2)", "prediction(given=2)"),
        (MIXED, "interpolation(given=0)", "interpolation(every=2)"),
        ("inpainting + denoising", "inpainting(moving=True)", "inpainting()"),
    ],
)
def test_one_of_the_tasks_by_what_is_told_of_it(trained, text, found):
    assert Task(trained).alone(text).text == found


def test_each_of_the_tasks_alone():
    parts = Task("generation + 2*prediction(given=2)").parts()
    assert [part.text for part in parts] == ["generation()", "prediction(given=2)"]
    assert [part.shows for part in parts] == [False, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prediction(given=3)", "name one of those the model was trained on: prediction()"),
        ("prediction", "name one of those"),
        ("denoising", "name one of those"),
        ("2*prediction", "--task=2*prediction: name one task, without a weight"),
        ("prediction + interpolation", "interpolation: name one task, without a weight"),
    ],
)
def test_what_names_none_of_the_tasks(text, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        Task(MIXED).alone(text)


def test_translation_needs_a_source():
    with pytest.raises(UsageError, match="no source to translate from"):
        Task("translation")(to_float(tf.constant(clips())), 0, tf.range(3, dtype=tf.int64))


def says_by_attributes():
    def show(video, seed, samples):
        raise NotImplementedError

    show.scale = 2
    return show


def test_a_task_of_ones_own_that_says_by_attributes_what_it_is():
    with pytest.raises(UsageError, match="Return a vgan.tasks.given.Kind"):
        Task(f"{__name__}.says_by_attributes")
