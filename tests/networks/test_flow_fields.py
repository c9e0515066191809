"""The critic of flow: estimates and exact flow look alike, and gradients reach flow alone."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec, Seen, to_float
from vgan.core.errors import UsageError
from vgan.data.shapes import windows
from vgan.networks import flow_fields

CLIP = ClipSpec(8, 32, 32)
SAMPLES = tf.range(6, dtype=tf.int64)


@pytest.fixture(scope="module")
def critic():
    return flow_fields.discriminator(CLIP, channels=4)


@pytest.fixture(scope="module")
def clips():
    found = windows(CLIP, 1, "train", objects=1)
    videos = to_float(np.stack([found[n][0] for n in range(6)]))
    return videos, np.stack([found.motion(n)[0] for n in range(6)])


def cells(critic, video, flow=None):
    flow = None if flow is None else critic.chosen(tf.constant(flow))
    seen = Seen(tf.constant(video), flow)
    return np.array(critic.inputs(seen, tf.zeros([6, *CLIP.shape[:3], 0]), 0, SAMPLES))


def test_estimated_and_exact_flow_look_alike(critic, clips):
    """Both in pixels: nearly as long, and correlated, on forms that move."""
    video, exact = clips
    estimated, known = cells(critic, video), cells(critic, video, exact)
    assert estimated.shape == known.shape == (6, 4, 8, 8, 2)
    lengths = [np.hypot(*np.moveaxis(of, -1, 0)).mean() for of in (estimated, known)]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.1)
    assert np.corrcoef(estimated.ravel(), known.ravel())[0, 1] > 0.95


def test_a_cell_on_a_form_has_its_speed(critic, clips):
    video, exact = clips
    speeds = np.hypot(*np.moveaxis(exact, -1, 0)).max((1, 2, 3))
    found = np.hypot(*np.moveaxis(cells(critic, video, exact), -1, 0))
    np.testing.assert_allclose(found.max((1, 2, 3)), speeds, rtol=0.25)


def test_slow_flow_is_not_made_fast(critic):
    """A texture that moves evenly: more is never shown as less, and little as hardly anything."""
    rng = np.random.default_rng(0)
    texture = np.broadcast_to(rng.uniform(-1, 1, (1, 1, 32, 32, 3)), (6, *CLIP.shape))
    shown = []
    for speed in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0):
        flow = np.full((6, 7, 32, 32, 2), (speed, 0), np.float32)
        found = cells(critic, texture.astype(np.float32), flow)[..., 1:-1, 1:-1, :]
        shown.append(float(found[..., 0].mean()))
    assert shown == sorted(shown)
    assert shown[1] < 0.01 and shown[-1] == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("scene", ["balls", "faces"])
def test_estimates_of_other_scenes_agree(critic, scene):
    found = windows(CLIP, 1, "train", objects=1, scene=scene)
    video = to_float(np.stack([found[n][0] for n in range(6)]))
    exact = np.stack([found.motion(n)[0] for n in range(6)])
    both = cells(critic, video), cells(critic, video, exact)
    assert np.corrcoef(*map(np.ravel, both))[0, 1] > 0.8


def test_plain_ground_has_none(critic):
    plain = np.zeros((6, *CLIP.shape), np.float32)
    flow = np.ones((6, 7, 32, 32, 2), np.float32)
    assert np.abs(cells(critic, plain, flow)).max() < 0.01


def test_gradients_reach_flow_and_no_pictures(critic, clips):
    video, flow = (tf.constant(of) for of in clips)
    with tf.GradientTape() as tape:
        tape.watch([video, flow])
        seen = critic.inputs(
            Seen(video, critic.chosen(flow)), tf.zeros([6, *CLIP.shape[:3], 0]), 0, SAMPLES
        )
        logits = tf.reduce_sum(critic.judge(seen, tf.zeros([6], tf.int32)).logits)
    to_video, to_flow = tape.gradient(logits, [video, flow])
    assert to_video is None and float(tf.reduce_sum(tf.abs(to_flow))) > 0


@pytest.mark.parametrize(
    ("clip", "arguments", "message"),
    [
        (ClipSpec(1, 32, 32), {}, "--frames=1 has no motion"),
        (ClipSpec(8, 33, 32), {}, "--height=33 isn't a multiple of 4"),
        (ClipSpec(8, 8, 8), {}, "too small for dis"),
        (CLIP, {"channels": 0}, "channels=0"),
        (CLIP, {"every": 0}, "every=0"),
    ],
)
def test_refused(clip, arguments, message):
    with pytest.raises(UsageError, match=message):
        flow_fields.discriminator(clip, **arguments)
