import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import Seen
from vgan.networks.critic import Critic, coarse_clip, random_frames, whole_clip

FRAMES = 8


def numbered(clips, frames=FRAMES):
    """Clips whose every pixel of frame t of clip i is 100 i + t."""
    numbers = 100.0 * np.arange(clips)[:, None] + np.arange(frames)
    return tf.constant(np.broadcast_to(numbers[..., None, None, None], (clips, frames, 2, 3, 1)))


def chosen(count, samples, seed=0, frames=FRAMES):
    """Numbers of the frames that are drawn, [B, count]."""
    samples = tf.constant(samples, tf.int64)
    view = random_frames(count)
    pictures = view(numbered(len(samples), frames), seed, samples)
    assert pictures.shape == (len(samples) * count, 2, 3, 1)
    numbers = pictures.numpy().reshape(len(samples), count, -1)
    assert (numbers == numbers[..., :1]).all()
    clip, frame = np.divmod(numbers[..., 0], 100)
    assert (clip == np.arange(len(samples))[:, None]).all()
    return frame


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_a_random_frame_of_each_equal_part(count):
    part = FRAMES // count
    frames = chosen(count, range(200))
    np.testing.assert_array_equal(frames // part, np.broadcast_to(np.arange(count), frames.shape))
    for of_part in frames.T:
        counts = np.unique(of_part % part, return_counts=True)[1]
        assert len(counts) == part
        assert counts.min() > 200 / part - 5 * (200 / part) ** 0.5


@pytest.mark.parametrize(("count", "frames"), [(3, 8), (2, 3), (5, 16)])
def test_parts_that_do_not_divide_the_clip(count, frames):
    found = chosen(count, range(100), frames=frames)
    assert found.min() == 0 and found.max() == frames - 1
    assert (np.diff(found, axis=1) > 0).all(), "a frame came twice"


def test_frames_depend_on_seed_and_sample_alone():
    together = chosen(2, [5, 6, 7, 8, 9])
    np.testing.assert_array_equal(chosen(2, [9, 6]), together[[4, 1]])
    assert len(np.unique(chosen(2, range(64)), axis=0)) > 8
    assert (chosen(2, range(64), seed=1) != chosen(2, range(64), seed=2)).any(1).mean() > 0.5


def test_the_whole_clip_is_as_it_is():
    video = numbered(2)
    np.testing.assert_array_equal(whole_clip(video, 0, tf.range(2)), video)


def coarse(every, samples, seed=0):
    """Numbers of the frames that are left, [B, T // every]."""
    view = coarse_clip(every)
    clips = view(numbered(len(samples)), seed, tf.constant(samples, tf.int64))
    assert clips.shape == (len(samples), FRAMES // every, 2, 3, 1)
    numbers = clips.numpy()[:, :, 0, 0, 0]
    clip, frame = np.divmod(numbers, 100)
    assert (clip == np.arange(len(samples))[:, None]).all()
    return frame


@pytest.mark.parametrize("every", [1, 2, 4, 8])
def test_each_so_many_th_frame_from_a_random_one_on(every):
    frames = coarse(every, range(200))
    np.testing.assert_array_equal(frames, frames[:, :1] + np.arange(0, FRAMES, every))
    counts = np.unique(frames[:, 0], return_counts=True)[1]
    assert frames.max() == FRAMES - 1 and frames[:, 0].max() == every - 1 and len(counts) == every
    assert counts.min() > 200 / every - 5 * (200 / every) ** 0.5


def test_the_phase_depends_on_seed_and_sample_alone():
    together = coarse(4, [5, 6, 7, 8, 9])
    np.testing.assert_array_equal(coarse(4, [9, 6]), together[[4, 1]])
    assert (coarse(4, range(64), seed=1) != coarse(4, range(64), seed=2)).any(1).mean() > 0.5


def test_averaged_down_in_space():
    video = np.random.default_rng(0).normal(size=(2, FRAMES, 6, 9, 3)).astype(np.float32)
    samples = tf.range(2, dtype=tf.int64)
    blocks = [[video[:, :, y : y + 3, x : x + 3].mean((2, 3)) for x in (0, 3, 6)] for y in (0, 3)]
    expected = np.moveaxis(np.array(blocks), (0, 1), (2, 3))
    np.testing.assert_allclose(coarse_clip(1, 3)(video, 0, samples), expected, atol=1e-6)
    pictures = random_frames(FRAMES, 3)(video, 0, samples)
    np.testing.assert_allclose(pictures, expected.reshape(-1, 2, 3, 3), atol=1e-6)


@pytest.fixture(scope="module")
def mean_and_label():
    """A critic of frames whose logit is the mean pixel plus 1000 times the label."""
    frame = keras.Input((2, 3, 1))
    label = keras.Input((), dtype="int32")
    mean = keras.layers.GlobalAveragePooling2D()(frame)
    logit = keras.layers.Lambda(
        lambda x: x[0][:, 0] + 1000 * keras.ops.cast(x[1], "float32"), output_shape=()
    )([mean, label])
    network = keras.Model([frame, label], logit, name="mean_and_label")
    return Critic(network, random_frames(4))


def test_logits_of_a_clip_are_those_of_its_inputs(mean_and_label):
    nothing = tf.zeros([3, FRAMES, 2, 3, 0])
    samples = tf.constant([4, 0, 2], tf.int64)
    inputs = mean_and_label.inputs(Seen(tf.cast(numbered(3), tf.float32)), nothing, 7, samples)
    logits = mean_and_label.judge(inputs, np.int32([2, 0, 5])).logits.numpy()
    assert logits.shape == (3, 4) and logits.dtype == np.float32
    frames = chosen(4, [4, 0, 2], seed=7)
    np.testing.assert_allclose(logits, frames + [[2000], [100], [5200]])


def test_what_was_given_is_shown_beside_the_clip():
    shown = Critic(keras.Sequential(name="none"), whole_clip)
    video = tf.random.stateless_uniform([2, 3, 4, 4, 3], [0, 0])
    given = tf.random.stateless_uniform([2, 3, 4, 4, 2], [0, 1])
    inputs = shown.inputs(Seen(video), given, 0, tf.range(2))
    np.testing.assert_array_equal(inputs, np.concatenate([video, given], -1))
    np.testing.assert_array_equal(shown.inputs(Seen(video), given[..., :0], 0, tf.range(2)), video)
