"""The generator of moved layers: what it shows, what it knows, and any number of frames."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.models.motion import knows_motion, with_motion
from vgan.motion.warp import warp_next
from vgan.networks import layered

CLIP = ClipSpec(8, 32, 32)
BATCH = 3


def build(clip=CLIP, condition_channels=0, **arguments):
    random.seed(0)
    arguments = {"channels": 4, "latent_dim": 8} | arguments
    return layered.generator(clip, condition_channels, **arguments)


def given(model, condition=None):
    rng = np.random.default_rng(0)
    latents, shown, _ = (tensor.shape[1:] for tensor in model.inputs)
    latents = rng.normal(size=(BATCH, *latents)).astype(np.float32)
    if condition is None:
        condition = np.zeros((BATCH, *shown), np.float32)
    return [latents, condition, np.zeros(BATCH, np.int32)]


def parts(model, condition=None):
    return [np.array(part) for part in with_motion(model)(given(model, condition))]


@pytest.fixture(params=["float32", "mixed_bfloat16"])
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("objects", [1, 3])
def test_it_knows_its_motion(policy, objects):
    model = build(objects=objects)
    assert knows_motion(model)
    video, flow, masks = parts(model)
    assert flow.shape == (BATCH, 7, 32, 32, 2) and masks.shape == (BATCH, 8, 32, 32, objects)
    assert {part.dtype.name for part in (video, flow, masks)} == {"float32"}
    np.testing.assert_array_equal(video, model(given(model)))
    assert (masks >= 0).all() and (masks.sum(-1) <= 1 + 1e-5).all()
    assert np.abs(flow).max() > 0.05


def test_rigid_objects_are_the_next_frames_carried_back():
    """With a mask that is 1 but for its ring, flow explains what is inside it."""
    model = build(field=False, redrawn=0)
    name = next(layer.name for layer in model.layers if layer.name == "objects")
    convolution = model.get_layer(name).input._keras_history.operation
    kernel, bias = convolution.get_weights()
    bias[3] = 40
    convolution.set_weights([kernel, bias])
    video, flow, masks = parts(model)
    back, wrong = (warp_next(video, of).numpy() for of in (flow, -flow))
    inner = -tf.nn.max_pool2d(-masks[..., 0].transpose(0, 2, 3, 1), 5, 1, "SAME").numpy()
    inner = inner.transpose(0, 3, 1, 2)[:, :-1] > 0.99
    assert inner.sum() > 100
    off = np.abs(back - video[:, :-1])[inner]
    still = np.abs(video[:, 1:] - video[:, :-1])[inner]
    assert off.mean() < 0.5 * still.mean(), "some of the noise is lost between pixels"
    assert np.abs(wrong - video[:, :-1])[inner].mean() > still.mean()


def test_a_longer_clip_begins_as_a_shorter_one():
    """With the same weights, but for the last frame: 3-D convolutions see one frame beyond it."""
    short, long = (
        build(field=False, redrawn=0),
        build(ClipSpec(20, 32, 32), field=False, redrawn=0),
    )
    long.set_weights(short.get_weights())
    a, b = np.array(short(given(short)))[:, :7], np.array(long(given(long)))[:, :7]
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_any_number_of_frames_has_the_same_weights():
    sizes = [
        [weight.shape for weight in build(ClipSpec(frames, 32, 32)).weights] for frames in (4, 16)
    ]
    assert sizes[0] == sizes[1]


def test_what_is_given_is_the_first_guess():
    """Before training, frames between given ones are their blend; given ones nearly themselves."""
    model = build(condition_channels=4)
    rng = np.random.default_rng(3)
    frames = rng.uniform(-1, 1, (BATCH, 1, 32, 32, 3)).astype(np.float32).repeat(8, 1)
    known = np.zeros((BATCH, 8, 32, 32, 1), np.float32)
    known[:, ::4] = 1
    condition = np.concatenate([frames * known, known], -1)
    video, flow, masks = parts(model, condition)
    ground = 1 - masks.sum(-1, keepdims=True)
    shown = ground > 0.5
    assert shown.any()
    off, frames = ((of * shown)[shown.repeat(3, -1)] for of in (video - frames, frames))
    assert np.abs(off).mean() < 0.5 * np.abs(frames).mean()


def test_attention_joins_all_times():
    names = [layer.name for layer in build(attention=True).layers]
    assert any("attention" in name for name in names)
    assert not any("attention" in layer.name for layer in build().layers)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"objects": 0}, "objects=0"),
        ({"redrawn": -1}, "redrawn=-1"),
        ({"motion_waves": 0}, "motion_waves=0"),
        ({"clip": ClipSpec(8, 36, 32)}, "--height=36 isn't a multiple of 8"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        build(**arguments)


def test_stiffness_is_what_bending_costs():
    """Weight times the mean over pixels of how far, in pixels, what is seen is bent."""
    model = build(stiffness=2.0)
    assert model(given(model)) is not None and not model.losses
    model(given(model), training=True)
    (cost,) = model.losses
    assert 0 < float(cost) < 2 * 4, "at first hardly anything is bent"
    plain = build()
    plain(given(plain), training=True)
    assert not plain.losses


def test_with_motion_it_costs_the_same():
    model = build(stiffness=2.0)
    model(given(model), training=True)
    alone = float(model.losses[0])
    with_motion(model)(given(model), training=True)
    assert [float(cost) for cost in model.losses] == [alone]
