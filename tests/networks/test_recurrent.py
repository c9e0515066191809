"""What the recurrent generator promises beside the contract: time, content and motion."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks import recurrent

CONTENT, MOTION, LABELS = 5, 3, 2
CELLS = pytest.mark.parametrize("cell", ["gru", "conv_lstm"])


def built(frames, **options):
    random.seed(0)
    sizes = {"content_dim": CONTENT, "motion_dim": MOTION, "channels": 4}
    return recurrent.generator(ClipSpec(frames, 8, 8), num_labels=LABELS, **(sizes | options))


def latents(frames, clips=2):
    return np.random.default_rng(0).normal(size=(clips, CONTENT + frames * MOTION)).astype("f")


def clips(network, codes):
    frames = network.outputs[0].shape[1]
    condition = tf.zeros([len(codes), frames, 8, 8, 0])
    label = tf.range(len(codes)) % LABELS
    return network([tf.constant(codes), condition, label], training=False).numpy()


def changed_frames(network, codes, position):
    """Which frames of the first clip another number at a position of its latents changes."""
    other = codes.copy()
    other[0, position] += 1
    difference = np.abs(clips(network, codes) - clips(network, other))[0]
    return np.flatnonzero(difference.max((1, 2, 3)) > 1e-6).tolist()


@CELLS
@pytest.mark.parametrize("batch_norm", [True, False])
def test_weights_of_one_length_make_clips_of_another(cell, batch_norm):
    short, long = (built(t, cell=cell, periods=(1, 3), batch_norm=batch_norm) for t in (4, 8))
    rng = np.random.default_rng(1)
    short.set_weights([w + 0.1 * rng.uniform(size=w.shape) for w in short.get_weights()])
    long.set_weights(short.get_weights())
    codes = latents(8)
    same = clips(short, codes[:, : CONTENT + 4 * MOTION])
    video = clips(long, codes)
    np.testing.assert_allclose(video[:, :4], same, atol=1e-6)
    moved = np.abs(np.diff(video, axis=1)).max((2, 3, 4))
    assert moved.min() > 1e-5  # Past the length it was made for, it moves on.


@CELLS
def test_a_checkpoint_of_one_length_is_read_at_another(cell, tmp_path):
    short, long = built(4, cell=cell), built(8, cell=cell)
    short.set_weights([w + 1 for w in short.get_weights()])
    path = tf.train.Checkpoint(network=short).write(str(tmp_path / "saved"))
    tf.train.Checkpoint(network=long).read(path).assert_consumed()
    for one, other in zip(short.get_weights(), long.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@CELLS
def test_content_is_of_all_frames_and_noise_of_those_from_its_own_on(cell):
    network, codes = built(6, cell=cell), latents(6)
    assert changed_frames(network, codes, 0) == [0, 1, 2, 3, 4, 5]
    for frame in range(6):
        position = CONTENT + frame * MOTION
        assert changed_frames(network, codes, position) == list(range(frame, 6))


@CELLS
def test_a_recurrence_ticks_at_each_frame_of_its_period(cell):
    network, codes = built(7, cell=cell, periods=(3,)), latents(7)
    video = clips(network, codes)
    held = np.abs(np.diff(video, axis=1)).max((0, 2, 3, 4)) < 1e-6
    assert held.tolist() == [True, True, False, True, True, False]
    assert changed_frames(network, codes, CONTENT + 3 * MOTION) == [3, 4, 5, 6]
    for frame in (1, 2, 4, 5):
        assert changed_frames(network, codes, CONTENT + frame * MOTION) == []


@CELLS
def test_several_periods_are_heard_together(cell):
    network, codes = built(6, cell=cell, periods=(2, 3)), latents(6)
    video = clips(network, codes)
    held = np.abs(np.diff(video, axis=1)).max((0, 2, 3, 4)) < 1e-6
    assert held.tolist() == [True, False, False, False, True]


def test_the_motion_code_is_the_gru_of_the_paper():
    """Cho et al., 2014, with the reset gate after the product, by NumPy."""
    frames, units = 4, MOTION
    noise = keras.Input((frames, units))
    network = keras.Model(noise, recurrent._gru(units)(noise))
    rng = np.random.default_rng(0)
    network.set_weights([rng.normal(size=w.shape) for w in network.get_weights()])
    given = rng.normal(size=(2, frames, units)).astype("f")
    start, offset, kernel, again, (bias, bias_again) = map(np.array, network.get_weights())
    h, expected = given[:, 0] @ start + offset, []
    for t in range(frames):
        z, r, n = np.split(given[:, t] @ kernel + bias, 3, axis=-1)
        z_again, r_again, n_again = np.split(h @ again + bias_again, 3, axis=-1)
        z, r = (1 / (1 + np.exp(-gate)) for gate in (z + z_again, r + r_again))
        h = z * h + (1 - z) * np.tanh(n + r * n_again)
        expected.append(h)
    np.testing.assert_allclose(network(given), np.stack(expected, 1), atol=1e-5)


def test_the_number_of_weights():
    # 8 x 8 from 4 x 4 is one stage, of width 4; the class's 32 join content and noise.
    content, noise, channels = CONTENT + 32, MOTION + 32, 4
    kernel, normal = 4 * 4 * channels * 3, 4 * channels
    gru = (noise + MOTION + 2) * 3 * MOTION + (noise + 1) * MOTION
    first = (content + MOTION + 1) * 16 * channels
    assert built(16).count_params() == LABELS * 32 + gru + first + normal + kernel
    maps, start = (noise + 1) * 16 * MOTION, 2 * (noise + 1) * 16 * channels
    lstm = maps + start + (9 * (MOTION + channels) + 1) * 4 * channels
    first = (content + 1) * 16 * channels
    both = built(16, cell="conv_lstm", periods=(1, 2)).count_params()
    assert both == LABELS * 32 + 2 * lstm + first + 3 * (normal + kernel)


@CELLS
def test_gradients_through_many_frames_are_finite(cell):
    network = built(16, cell=cell, periods=(1, 4))
    inputs = [tf.constant(latents(16)), tf.zeros([2, 16, 8, 8, 0]), tf.constant([0, 1])]

    with tf.GradientTape() as tape:
        last = tf.reduce_mean(network(inputs, training=True)[:, -1] ** 2)
    gradients = tape.gradient(last, network.trainable_variables)
    for variable, gradient in zip(network.trainable_variables, gradients, strict=True):
        gradient = tf.convert_to_tensor(gradient).numpy()
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0, variable.path


@CELLS
def test_an_export_makes_the_same_clips(cell, tmp_path):
    network, codes = built(4, cell=cell, periods=(1, 2)), latents(4)
    archive = keras.export.ExportArchive()
    archive.track(network)

    def decode(latents):
        condition = tf.zeros([tf.shape(latents)[0], 4, 8, 8, 0])
        return network([latents, condition, tf.range(tf.shape(latents)[0])], training=False)

    size = tf.TensorSpec([None, codes.shape[1]], tf.float32)
    archive.add_endpoint("decode", decode, input_signature=[size])
    archive.write_out(str(tmp_path), verbose=False)
    loaded = tf.saved_model.load(str(tmp_path))
    video = loaded.decode(codes)
    np.testing.assert_allclose(video, clips(network, codes), atol=1e-5)


def test_maps_in_bfloat16():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = built(4, cell="conv_lstm", periods=(1, 2))
    finally:
        keras.config.set_dtype_policy(before)
    assert {v.dtype for v in network.variables} == {"float32"}
    video = clips(network, latents(4))
    assert video.dtype == np.float32
    exact = built(4, cell="conv_lstm", periods=(1, 2))
    np.testing.assert_allclose(video, clips(exact, latents(4)), atol=0.05)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"cell": "lstm"}, "(cell='lstm'): unknown. Choose 'gru' or 'conv_lstm'"),
        ({"periods": 2}, "(periods=2): must be frames in brackets, as (1, 4)"),
        ({"periods": ()}, "(periods=()): must be frames in brackets, as (1, 4)"),
        ({"periods": (1, 0)}, "(periods=0): must be a whole number of at least 1"),
        ({"content_dim": 0}, "(content_dim=0): must be a whole number of at least 1"),
        ({"motion_dim": 1.5}, "(motion_dim=1.5): must be a whole number of at least 1"),
    ],
)
def test_arguments_that_cannot_be(options, text):
    with pytest.raises(UsageError) as error:
        built(4, **options)
    assert str(error.value) == f"--generator=recurrent{text}"
