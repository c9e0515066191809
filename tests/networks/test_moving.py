"""Paths that stay in the frame, objects that go along them, and their flow."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.motion.warp import warp_next
from vgan.networks.moving import MIDDLE, MovedObject, Path, flow_of_given

FRAMES = 16


def path(frames=FRAMES, clips=64, size=1.0, seed=0, sway=0.0):
    rng = np.random.default_rng(seed)
    sizes = 2, 1, 2, 2
    numbers = [size * rng.normal(size=(clips, n)).astype(np.float32) for n in sizes]
    return Path()([*numbers, np.full((clips, frames, 2), sway, np.float32)]).numpy(), numbers


@pytest.mark.parametrize("size", [0.1, 1.0, 30.0])
def test_a_path_of_sixteen_frames_is_straight_and_stays_within_its_reach(size):
    found, (heading, speed, _, reach) = path(size=size)
    steps = np.diff(found, axis=1)
    np.testing.assert_allclose(steps, steps[:, :1].repeat(FRAMES - 1, 1), atol=1e-5)
    most = 0.5 / (1 + np.exp(-reach.astype(float)))
    assert (np.abs(found) <= most[:, None] + 1e-5).all()
    unit = heading / np.linalg.norm(heading, axis=-1, keepdims=True)
    expected = most * unit / (1 + np.exp(-speed.astype(float))) / MIDDLE
    np.testing.assert_allclose(steps[:, 0], expected, atol=1e-4)


def test_a_longer_path_goes_on_and_turns_back():
    short, _ = path()
    long, _ = path(frames=200)
    np.testing.assert_array_equal(long[:, :FRAMES], short)
    assert np.abs(long).max() <= 0.5 + 1e-5
    assert (np.diff(np.sign(np.diff(long[..., 0], axis=1)), axis=1) != 0).any()


def test_sway_is_added():
    np.testing.assert_allclose(path(sway=0.1)[0], path()[0] + 0.1, atol=1e-6)


def form(height=24, width=32, left=9, top=6, side=6):
    """A textured square: logits of a mask that is all or nothing."""
    rng = np.random.default_rng(1)
    found = rng.normal(size=(1, height, width, 4)).astype(np.float32)
    found[..., 3] = -40
    found[:, top : top + side, left : left + side, 3] = 40
    return found


def moved(places, *fields, **how):
    return [np.array(of) for of in MovedObject()([form(**how), np.float32([places]), *fields])]


def test_the_middle_of_its_mass_is_where_the_path_says():
    places = [(0, 0), (0.25, 0), (-0.125, 0.25)]
    colours, mask, step = moved(places)
    x, y = np.arange(32) - 15.5, np.arange(24) - 11.5
    mass = mask.sum((2, 3))
    found = [(mask[..., 0].sum(2) @ x), (mask[..., 0].sum(3) @ y)]
    found = np.stack(found, -1) / mass
    np.testing.assert_allclose(found[0], np.array(places) * (32, 24), atol=1e-3)
    for t, moves in enumerate([(8, 0), (-12, 6)]):
        np.testing.assert_allclose(step[0, t], np.float32([[moves] * 32] * 24), atol=1e-3)


def test_what_is_shown_moves_by_the_flow():
    """Warped back along it, the next frame is this one wherever the object is seen."""
    colours, mask, step = moved([(0, 0), (3 / 32, -2 / 24), (5 / 32, 1 / 24)])
    both = tf.concat([colours, mask], -1)
    back = warp_next(both, step).numpy()
    inside = mask[0, :-1, ..., 0] > 0.5
    np.testing.assert_allclose(back[0][inside], both[0, :-1].numpy()[inside], atol=1e-3)


def test_what_leaves_the_frame_is_gone():
    _, mask, _ = moved([(0, 0), (0.5, 0), (2.0, 0)])
    assert mask[0, 0].sum() == pytest.approx(36, abs=1e-3)
    assert mask[0, 1].sum() == pytest.approx(18, abs=0.1)
    assert mask[0, 2].sum() == 0


def test_a_field_bends_and_hides_in_the_objects_own_places():
    quiet = np.zeros((1, 2, 6, 8, 3), np.float32)
    rigid = moved([(0, 0), (0.25, 0)])
    colours, mask, step = moved([(0, 0), (0.25, 0)], quiet)
    np.testing.assert_allclose(mask, rigid[1] / (1 + np.exp(-4)), atol=1e-5)
    aside = quiet.copy()
    aside[:, 1, ..., 0] = 1.0  # In the second frame all is looked up 3 pixels further right.
    colours, mask, step = moved([(0, 0), (0.25, 0)], aside)
    np.testing.assert_allclose(step[0, 0, ..., 0], 8 - 3, atol=1e-4)
    np.testing.assert_allclose(
        mask[0, 1, :, :-3], moved([(0, 0), (0.25, 0)], quiet)[1][0, 1, :, 3:], atol=1e-5
    )
    hidden = quiet.copy()
    hidden[..., 2] = -10
    assert moved([(0, 0), (0.25, 0)], hidden)[1].max() < 1e-6


def test_a_bend_that_stays_is_no_flow():
    """However it varies over the object: what goes on unchanged moves as the object does."""
    rng = np.random.default_rng(4)
    bent = rng.normal(size=(1, 1, 6, 8, 3)).repeat(3, 1).astype(np.float32)
    _, _, step = moved([(0, 0), (0.1, 0), (0.2, 0.1)], bent)
    for t, moves in enumerate([(3.2, 0), (3.2, 2.4)]):
        np.testing.assert_allclose(step[0, t], np.float32([[moves] * 32] * 24), atol=1e-3)


def test_hiding_what_is_bent_costs_the_same():
    field = tf.Variable(np.ones((1, 2, 6, 8, 3), np.float32))
    layer, picture = MovedObject(stiffness=1.0), tf.Variable(form())
    with tf.GradientTape() as tape:
        layer([picture, np.float32([[(0, 0), (0.1, 0)]]), field], training=True)
        (cost,) = layer.losses
    to_picture, to_field = tape.gradient(cost, [picture, field])
    assert to_picture is None or not np.any(to_picture[..., :3])
    assert np.any(to_field[..., :2]) and not np.any(to_field[..., 2])


def test_flow_of_what_is_given():
    """Frames 0 and 2 are given: frame 1 is 0 moved by (2, 0), and 2 moved back by (1, 0)."""
    known = np.zeros((1, 3, 1, 1, 1), np.float32)
    known[:, [0, 2]] = 1
    half = np.full_like(known, 0.5)
    before, after = (np.zeros((1, 3, 1, 1, 2), np.float32) for _ in range(2))
    before[0, 1, 0, 0] = (-2, 0)
    after[0, 1, 0, 0] = (1, 0)
    flow = np.array(flow_of_given(before, after, half, known))[0, :, 0, 0]
    np.testing.assert_allclose(flow, [(2, 0), (1, 0)], rtol=1e-5)
    all_known = np.ones_like(known)
    assert (np.array(flow_of_given(before, after, half, all_known)) == 0).all()


def test_a_side_that_is_not_there_says_nothing():
    """Only frame 0 is given, so the weight of what comes after is 0 from then on."""
    known, weight = (np.zeros((1, 4, 1, 1, 1), np.float32) for _ in range(2))
    known[:, 0], weight[:, 0], weight[:, 1:] = 1, 0.5, 1
    before = -2 * np.arange(4, dtype=np.float32)[None, :, None, None, None] * (1, 0)
    noise = np.random.default_rng(0).normal(size=before.shape)
    flow = np.array(flow_of_given(before, noise, weight, known))[0, 1:, 0, 0]
    np.testing.assert_allclose(flow, [(2, 0)] * 2, atol=1e-5)
