"""Scenes of spheres: their pictures, masks, and exact motion."""

import numpy as np
import pytest

from vgan.data.scenes import spheres
from vgan.motion import remap

SIZE = 32
GREY = np.full((1, SIZE, SIZE, 3), 100, np.float32)


def sphere(path, angles=None, axis=2, radius=8.0, stretch=1.0, paint=None):
    path = np.float64(path)
    turns = spheres.turned(axis, np.zeros(len(path)) if angles is None else np.float64(angles))

    def plain(surface, times):
        return np.full((len(surface), 3), 200, np.float32)

    return spheres.Sphere(radius, stretch, path, turns, paint or plain, gloss=0.0)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_rotations_turn_by_the_right_hand(axis):
    turn = spheres.turned(axis, np.array([0.0, np.pi / 2]))
    np.testing.assert_array_equal(turn[0], np.eye(3))
    after = turn[1] @ np.eye(3)[(axis + 1) % 3]
    np.testing.assert_allclose(after, np.eye(3)[(axis + 2) % 3], atol=1e-6)


def test_a_ball_that_only_goes_moves_as_one():
    scene = spheres.Scene([sphere([(10, 12), (12.5, 12), (12.5, 13)])], GREY)
    flow, visible = scene.motion(SIZE, SIZE)
    (mask,) = scene.masks(SIZE, SIZE)
    for t, step in enumerate([(2.5, 0), (0, 1)]):
        np.testing.assert_allclose(flow[t][mask[t]], np.float32([step] * mask[t].sum()), atol=1e-5)
        assert (flow[t][~mask[t]] == 0).all()
        assert visible[t][mask[t]].all()
        hidden = mask[t + 1] & ~mask[t]
        assert not visible[t][hidden].any(), "ground that the ball comes to cover"


def test_rolling_about_the_view_axis_turns_points_about_the_centre():
    quarter = spheres.Scene([sphere([(16, 16)] * 2, [0, 0.3])], GREY)
    flow, _ = quarter.motion(SIZE, SIZE)
    x, y = 16 + 4, 16 - 3
    offset = np.array([x + 0.5 - 16, y + 0.5 - 16])
    cos, sin = np.cos(0.3), np.sin(0.3)
    turned = np.array([cos * offset[0] - sin * offset[1], sin * offset[0] + cos * offset[1]])
    np.testing.assert_allclose(flow[0, y, x], turned - offset, atol=1e-5)


def test_a_head_that_turns_loses_points_at_its_side():
    """About the downward axis, x = r sin(a) becomes r sin(a + angle), by hand."""
    angle = 0.5
    scene = spheres.Scene([sphere([(16, 16)] * 2, [0, angle], axis=1, radius=10)], GREY)
    flow, visible = scene.motion(SIZE, SIZE)
    x = np.arange(SIZE) + 0.5 - 16
    inside = np.abs(x) < 9.9
    y = 0.5 / 10
    height = np.sqrt(1 - y**2)
    longitude = np.arcsin(x[inside] / 10 / height)
    expected = 10 * height * np.sin(longitude + angle) - x[inside]
    np.testing.assert_allclose(flow[0, 16, inside, 0], expected, atol=1e-4)
    np.testing.assert_array_equal(visible[0, 16, inside], longitude + angle < np.pi / 2)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flow_carries_a_painted_ball_back(axis, no_light):
    def paint(surface, times):
        waves = np.sin(4 * surface[:, :1]) + np.cos(5 * surface[:, 1:2])
        return 128 + 50 * waves * np.ones(3, np.float32)

    ball = sphere([(30, 31), (31, 31.5)], [0.1, 0.2], axis, radius=24, stretch=1.18, paint=paint)
    scene = spheres.Scene([ball], np.full((1, 64, 64, 3), 100, np.float32))
    video, (flow, visible) = scene.draw(64, 64), scene.motion(64, 64)
    x, y = np.meshgrid(np.arange(64) + 0.5 - 30, np.arange(64) + 0.5 - 31)
    inner = np.hypot(x, y / 1.18) < 0.8 * 24
    assert visible[0][inner].all()

    def left(flow):
        return np.abs(remap.backward(video[1:], flow) - video[:1])[0][inner].mean()

    assert left(flow) < 0.5, "half a level is rounding"
    assert min(left(0 * flow), left(-flow)) > 5


def test_what_is_nearer_covers():
    near, far = sphere([(16, 16)] * 2), sphere([(20, 16)] * 2)
    masks = spheres.Scene([near, far], GREY).masks(SIZE, SIZE)
    assert not (masks[0] & masks[1]).any()
    assert masks[0].sum() > masks[1].sum() > 0
    alone = spheres.Scene([far], GREY).masks(SIZE, SIZE)[0]
    np.testing.assert_array_equal(masks[1], alone & ~masks[0])


def test_an_outline_is_anti_aliased_and_lit_from_above():
    video = spheres.Scene([sphere([(16, 16)], radius=9.3)], GREY).draw(SIZE, SIZE)[0].astype(int)
    assert (video[0, 0] == 100).all()
    assert video[10, 12, 0] > video[22, 20, 0], "light comes from the left and above"
    edge = video[16, 16 + 9, 0]
    assert 100 > edge > video[16, 16 + 8, 0] or 100 < edge < video[16, 16 + 8, 0]
