"""Balls do what their label says, and roll."""

import numpy as np

from vgan.core.clip import ClipSpec
from vgan.data.shapes import windows


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
