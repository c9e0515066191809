"""Scenes of spheres: their pictures, masks, and exact motion."""

import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.data.scenes import spheres
from vgan.data.shapes import windows
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


@pytest.fixture
def no_light(monkeypatch):
    """Without light, which stays where it is, a surface keeps its colours."""
    monkeypatch.setattr(spheres, "_lit", lambda colours, normal, gloss: colours)


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


@pytest.mark.parametrize("scene", ["balls", "faces"])
@pytest.mark.parametrize("size", [(16, 64, 64), (3, 20, 48), (1, 5, 7)])
def test_scenes_of_the_data(scene, size):
    clip = ClipSpec(*size)
    found = windows(clip, 1, "train", num_videos=9, scene=scene, objects=2)
    video, label = found[7]
    assert video.shape == clip.shape and video.dtype == np.uint8
    assert label == 7 % len(found.labels)
    np.testing.assert_array_equal(video, found[7][0])
    assert (video != found[8][0]).any()
    flow, visible = found.motion(7)
    assert flow.shape == (size[0] - 1, *size[1:], 2) and visible.shape == flow.shape[:-1]
    assert found.masks(7).shape == (2, *size)
    later = found.frames(7, np.array([found.extent(7)[1]]))[0]
    assert later.shape == (1, *clip.shape[1:])


@pytest.mark.parametrize("scene", ["balls", "faces"])
def test_flow_explains_what_is_drawn(scene, no_light):
    found = windows(ClipSpec(16, 64, 64), 1, "train", num_videos=12, scene=scene, objects=1)
    for index in range(6):
        video, (flow, visible) = found[index][0], found.motion(index)
        moving = found.masks(index)[0, :-1] & visible & (np.hypot(*np.moveaxis(flow, -1, 0)) > 0.3)

        def left(flow, video=video, moving=moving):
            off = np.abs(remap.backward(video[1:], flow) - video[:-1]).mean(-1)
            return off[moving].mean()

        assert left(flow) < 0.85 * left(0 * flow) < 0.85 * left(-flow), index


def test_labels_name_what_the_nearest_ball_does():
    found = windows(ClipSpec(16, 64, 64), 1, "train", num_videos=40, scene="balls", objects=1)
    for index in range(40):
        way, direction = found.labels[found[index][1]].split()
        (ball,) = found._scene(index).spheres
        steps = np.diff(ball.path, axis=0)
        assert (steps[:, 0] * {"right": 1, "left": -1}[direction] > 0).all()
        assert (np.abs(steps[:, 1]).max() > 0.3) == (way == "bounces")
        assert (ball.path - ball.radius).min() > -0.5
        assert (ball.path + ball.radius).max() < 64.5


def test_balls_roll_as_far_as_they_turn():
    found = windows(ClipSpec(16, 64, 64), 1, "train", num_videos=8, scene="balls", objects=1)
    (ball,) = found._scene(0).spheres
    turned = np.einsum("tij,tkj->tik", ball.turns[1:], ball.turns[:-1])
    angles = np.arctan2(turned[:, 1, 0], turned[:, 0, 0])
    np.testing.assert_allclose(angles * ball.radius, np.diff(ball.path[:, 0]), atol=1e-4)


def test_faces_keep_to_their_label():
    found = windows(ClipSpec(16, 64, 64), 1, "train", num_videos=12, scene="faces", objects=1)
    axis = {"turns": 1, "nods": 0, "tilts": 2}
    for index in range(12):
        (face,) = found._scene(index).spheres
        fixed = face.turns[:, axis[found.labels[found[index][1]]]]
        np.testing.assert_array_equal(fixed, np.eye(3)[[axis[found.labels[index % 3]]] * 16])


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"scene": "clouds"}, "unknown. Choose balls, faces, forms"),
        ({"scene": "faces", "textured": True}, "are of scene='forms'"),
        ({"scene": "balls", "outlined": True}, "are of scene='forms'"),
    ],
)
def test_refused(how, message):
    with pytest.raises(UsageError, match=message.replace(".", r"\.")):
        windows(ClipSpec(4, 16, 16), 1, "train", **how)


def test_scenes_have_fingerprints_of_their_own():
    def fingerprint(**how):
        return windows(ClipSpec(4, 16, 16), 1, "train", **how).fingerprint

    assert len({fingerprint(), fingerprint(scene="balls"), fingerprint(scene="faces")}) == 3
    assert fingerprint() == fingerprint(scene="forms")


def test_masks_of_flat_forms():
    found = windows(ClipSpec(8, 48, 48), 1, "train", num_videos=30, objects=2)
    for index in range(6):
        masks, (flow, _) = found.masks(index), found.motion(index)
        assert masks.shape == (2, 8, 48, 48) and not (masks[0] & masks[1]).any()
        moving = (flow != 0).any(-1)
        np.testing.assert_array_equal(masks[:, :-1].any(0), moving)
