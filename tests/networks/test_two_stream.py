import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks import two_stream
from vgan.networks.batch_statistics import BatchNorm

CLIP = ClipSpec(8, 16, 24)
BATCH = 3


def build(clip=CLIP, condition_channels=0, **arguments):
    random.seed(0)
    arguments = {"channels": 8, "latent_dim": 8} | arguments
    return two_stream.generator(clip, condition_channels, **arguments)


def given(model, condition=None):
    rng = np.random.default_rng(0)
    latents, shown, _ = (tensor.shape[1:] for tensor in model.inputs)
    latents = rng.normal(size=(BATCH, *latents)).astype(np.float32)
    if condition is None:
        condition = rng.normal(size=(BATCH, *shown)).astype(np.float32)
    return [latents, condition, np.zeros(BATCH, np.int32)]


def parts(model, **arguments):
    names = ("foreground", "mask", "background")
    ends = [*(model.get_layer(name).output for name in names), *model.outputs]
    found = keras.Model(model.inputs, ends)(given(model), **arguments)
    return [np.array(part) for part in found]


@pytest.fixture(params=["float32", "mixed_bfloat16"])
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield
    keras.config.set_dtype_policy(before)


def test_a_clip_is_foreground_and_background_blended_in_float32(policy):
    foreground, mask, background, video = parts(build(), training=True)
    assert {part.dtype.name for part in (foreground, mask, background, video)} == {"float32"}
    whole = (BATCH, *CLIP.shape)
    assert foreground.shape == video.shape == whole and mask.shape == (*whole[:-1], 1)
    assert background.shape == (BATCH, 1, *whole[2:])
    np.testing.assert_allclose(video, mask * foreground + (1 - mask) * background, atol=1e-6)
    assert 0 <= mask.min() < mask.max() <= 1 and mask.std() > 0.01
    for stream in (foreground, background):
        assert np.abs(stream).max() <= 1 and stream.std() > 0.01 and stream.min() < 0
    assert foreground.std(1).mean() > 0.01


@pytest.mark.parametrize(("far", "shown"), [(1e4, 0), (-1e4, 2)])
def test_a_mask_of_one_shows_the_foreground_and_of_zero_the_still_background(far, shown):
    model = build()
    moving = next(
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv3DTranspose) and layer.filters == CLIP.channels + 1
    )
    moving.bias.assign([0, 0, 0, far])
    found = parts(model)
    np.testing.assert_allclose(found[-1], np.broadcast_to(found[shown], found[-1].shape), atol=1e-6)
    assert np.all(found[-1].std(1) < 1e-6) == (far < 0)


@pytest.mark.parametrize("batch_norm", [True, False])
def test_batch_norm_after_all_but_the_last_convolutions_of_both_stacks(batch_norm):
    model = build(ClipSpec(8, 32, 32), batch_norm=batch_norm)
    norms = sum(isinstance(layer, BatchNorm) for layer in model.layers)
    assert norms == (2 * 3 if batch_norm else 0)


def test_the_parameters_of_the_paper():
    """Their network: 4 x 4 pixels of 2 frames to 64 x 64 of 32, 512 channels to 64."""
    model = build(ClipSpec(32, 64, 64), latent_dim=100, channels=64)
    widths = (512, 256, 128, 64)
    pairs = list(zip(widths, widths[1:], strict=False))
    scales_and_offsets = 2 * sum(widths)

    def stack(start, taps, depth):
        dense = 101 * start * widths[0]
        inner = sum(taps * before * after for before, after in pairs)
        return dense + inner + scales_and_offsets + taps * widths[-1] * depth + depth

    trainable = sum(np.prod(v.shape) for v in model.trainable_variables)
    assert trainable == stack(2 * 4 * 4, 4 * 4 * 4, 4) + stack(4 * 4, 4 * 4, 3)


@pytest.mark.parametrize(
    ("clip", "strides"),
    [
        ((32, 64, 64), [(2, 2, 2)] * 4),
        ((16, 64, 64), [(1, 2, 2), (2, 2, 2), (2, 2, 2), (2, 2, 2)]),
        ((16, 16, 24), [(2, 2, 2)] * 2),
        ((3, 8, 8), [(1, 2, 2)]),
        ((2, 4, 6), [(1, 2, 2)]),
    ],
)
def test_time_doubles_from_two_frames_and_as_late_as_can_be(clip, strides):
    assert two_stream._strides(ClipSpec(*clip)) == strides


def test_the_mean_of_the_mask_is_a_loss_of_training_calls_alone():
    model = build(mask_sparsity=0.25)
    assert model.losses == []
    model(given(model))
    assert model.losses == []
    mask = parts(model, training=True)[1]
    for _ in range(2):
        with tf.GradientTape() as tape:
            model(given(model), training=True)
            (loss,) = model.losses
        assert float(loss) == pytest.approx(0.25 * mask.mean(), rel=1e-5)
    gradients = tape.gradient(loss, model.trainable_variables)
    assert any(g is not None and np.abs(g).max() > 0 for g in gradients)


def test_the_background_is_told_of_given_frames_averaged_over_time():
    model = build(condition_channels=2)
    picture = keras.Model(model.inputs, model.get_layer("background").output)
    latents, condition, label = given(model)
    plain = picture([latents, condition, label])
    np.testing.assert_allclose(picture([latents, condition[:, ::-1], label]), plain, atol=1e-5)
    assert np.abs(picture([latents, -condition, label]) - plain).max() > 1e-4


@pytest.mark.parametrize("weight", [-0.1, float("nan"), "much"])
def test_a_weight_that_is_none(weight):
    with pytest.raises(UsageError, match="--generator=two_stream.mask_sparsity="):
        build(mask_sparsity=weight)


def test_grain_is_noise_of_its_own_over_the_blend():
    model = build(grain=True, batch_norm=False)
    pixels = CLIP.frames * CLIP.height * CLIP.width
    assert model.inputs[0].shape == (None, 8 + pixels)
    foreground, mask, background, video = parts(model)
    grain = video - (mask * foreground + (1 - mask) * background)
    assert 0.005 < grain.std() < 0.1
    # Neither the streams nor the strength know the noise: half of it is half the grain.
    latents, *rest = given(model)
    halved = latents.copy()
    halved[:, 8:] /= 2
    change = video - np.array(model([halved, *rest]))
    np.testing.assert_allclose(change, grain / 2, atol=1e-5)


def test_a_part_of_the_grain_stays_over_time():
    model = build(grain=True, batch_norm=False)
    foreground, mask, background, video = parts(model)
    grain = video - (mask * foreground + (1 - mask) * background)
    independent = grain.std() / CLIP.frames**0.5
    assert grain.mean(1).std() > 1.3 * independent
    assert (grain - grain.mean(1, keepdims=True)).std() > 0.3 * grain.std()


def test_grain_stays_in_range():
    model = build(grain=True, batch_norm=False)
    latents, *rest = given(model)
    latents[:, 8:] *= 1e4
    video = np.array(model([latents, *rest]))
    assert np.abs(video).max() == 1


@pytest.mark.parametrize("batch_norm", [False, True])
def test_waves_move_the_foreground_alone(batch_norm):
    model = build(batch_norm=batch_norm, motion_waves=2)
    latents, condition, label = given(model)
    names = ("foreground", "background")
    shown = keras.Model(model.inputs, [model.get_layer(name).output for name in names])
    one = [np.array(part) for part in shown([latents, condition, label])]
    latents[:, -4:] *= -1.0
    two = [np.array(part) for part in shown([latents, condition, label])]
    assert (np.abs(one[0] - two[0]).max(axis=(2, 3, 4)) > 1e-4).all()
    assert np.array_equal(one[1], two[1])


def test_waves_and_grain_have_latents_of_their_own():
    model = build(batch_norm=False, motion_waves=2, grain=True)
    assert model.inputs[0].shape[1] == 8 + 4 + 8 * 16 * 24
    for number in (-1, 1.5):
        with pytest.raises(UsageError, match=f"motion_waves={number}"):
            build(motion_waves=number)


def test_with_waves_a_longer_clip_goes_on_where_a_shorter_one_ends():
    short = build(batch_norm=False, motion_waves=2)
    longer = build(ClipSpec(20, 16, 24), batch_norm=False, motion_waves=2)
    longer.set_weights(short.get_weights())
    latents, _, label = given(short)
    one, two = (
        np.array(model([latents, np.zeros([BATCH, *model.inputs[1].shape[1:]]), label]))
        for model in (short, longer)
    )
    # The last convolution sees one frame ahead, which the short clip's last frame hasn't.
    np.testing.assert_allclose(two[:, :7], one[:, :7], atol=1e-5)
    assert np.abs(two[:, 7] - one[:, 7]).max() > 1e-4
