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


def given_at(*positions):
    """Two pictures, the first up to the middle of a clip; those of some frames as a condition."""
    rng = np.random.default_rng(3)
    pictures = rng.uniform(-1, 1, (BATCH, 2, 32, 32, 3)).astype(np.float32)
    frames = pictures.repeat(4, 1)
    known = np.zeros((BATCH, 8, 32, 32, 1), np.float32)
    known[:, positions] = 1
    return pictures, np.concatenate([frames * known, known], -1)


def test_what_is_given_is_the_first_guess():
    """Before training: what lies before and after, blended by how near it is."""
    pictures, condition = given_at(0, 7)
    model = build(condition_channels=4, redrawn=0)
    video, _, masks = parts(model, condition)
    ground = 1 - masks.sum(-1, keepdims=True)
    assert ground.mean() > 0.9
    share = np.linspace(0, 1, 8)[None, :, None, None, None]
    expected = (1 - share) * pictures[:, :1] + share * pictures[:, 1:]
    off, wrong = (np.abs(video - of) * ground for of in (expected, expected[:, ::-1]))
    assert off.mean() < 0.5 * wrong.mean()


def with_lookup(model, pixels):
    """Makes the fields of what is given constant: all is looked up so much further right."""
    drawn = [of for of in model.layers if of.name.startswith("conv3d") and of.filters == 4]
    (fields,) = (of for of in drawn if of.kernel.shape[0] == 3)
    kernel, bias = fields.get_weights()
    fields.set_weights([0 * kernel, np.float32([pixels / 4, 0, pixels / 4, 0])])


@pytest.mark.parametrize("positions", [(0,), (0, 7), (3, 4)])
def test_flow_of_given_pixels_and_from_them(positions):
    """Given pixels are shown as they are: nothing lies over them, and flow starts from there."""
    _, condition = given_at(*positions)
    model = build(condition_channels=4, field=False)
    with_lookup(model, 4.0)
    _, flow, masks = parts(model, condition)
    assert masks[:, positions].max() == 0
    both = [t for t in range(7) if {t, t + 1} <= set(positions)]
    assert all((flow[:, t] == 0).all() for t in both)
    if positions == (0,):
        np.testing.assert_allclose(flow[:, 0, ..., 0], -4, atol=1e-4)


def test_attention_joins_all_times():
    names = [layer.name for layer in build(attention=True).layers]
    assert any("attention" in name for name in names)
    assert not any("attention" in layer.name for layer in build().layers)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"objects": 0}, "objects=0"),
        ({"redrawn": -1}, "redrawn=-1"),
        ({"stiffness": 1.0, "field": False}, "nothing bends"),
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
