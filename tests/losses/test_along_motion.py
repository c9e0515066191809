import numpy as np
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.clip import Batch, ClipSpec, to_float
from vgan.core.errors import UsageError
from vgan.data.shapes import windows
from vgan.losses.along_motion import smooth_flow

SAMPLES = tf.range(4, dtype=tf.int64)


def loss(text):
    return spec.build(spec.parse(text), "vgan.losses.kinds.{}")


@pytest.fixture(scope="module")
def clips():
    """Clips [4, 4, 32, 32, 3] of textured shapes, and the condition that shows them as a hint."""
    found = windows(ClipSpec(4, 32, 32), 1, "train", num_videos=16, textured=True)
    video = tf.constant(to_float(np.stack([found[n][0] for n in range(4)])))
    return video, tf.concat([video, tf.zeros_like(video[..., :1])], -1)


def commuting(clips, generator, reach=2.0):
    video, condition = clips
    part = loss(f"commuting(reach={reach})")
    assert part.of_given and part.remakes and not part.aligned
    batch = Batch(video, condition, None)
    return part.compute(generator(condition), batch, 0, SAMPLES, generator).numpy()


def test_what_commutes_with_motion_costs_nothing(clips):
    colours = tf.constant([[0.2, 0.5, 0.1], [0.3, -0.2, 0.4], [-0.5, 0.1, 0.3]])
    pixelwise = commuting(clips, lambda condition: condition[..., :3] @ colours + 0.1)
    np.testing.assert_allclose(pixelwise, 0, atol=1e-5)


def test_a_pattern_that_stands_still_costs(clips):
    stripes = tf.constant(0.5 * (-1.0) ** np.arange(32), tf.float32)[:, None]
    found = commuting(clips, lambda condition: condition[..., :3] + stripes)
    assert found.shape == (4,) and (found > 0.1).all()
    # Of a field that hardly moves anything, nothing can be learnt.
    assert commuting(clips, lambda condition: condition[..., :3] + stripes, 1e-3).max() < 0.01


def test_a_generator_that_moves_what_it_is_given_commutes_inside(clips):
    """One that looks up its neighbour at the right does, since the field is nearly the same there.

    Bilinear warps of a shift don't quite commute where the field bends.
    """
    shifted = commuting(clips, lambda condition: tf.roll(condition[..., :3], -1, 3))
    stripes = tf.constant(0.5 * (-1.0) ** np.arange(32), tf.float32)[:, None]
    assert shifted.mean() < 0.1 * commuting(clips, lambda c: c[..., :3] + stripes).mean()


def test_fields_are_smooth_and_each_clips_own():
    flow = smooth_flow(0, SAMPLES, (32, 48), 2.0).numpy()
    assert flow.shape == (4, 32, 48, 2)
    np.testing.assert_array_equal(smooth_flow(0, SAMPLES[2:], (32, 48), 2.0), flow[2:])
    assert np.abs(np.diff(flow, axis=1)).max() < 1.5 and 0.5 < flow.std() < 3
    assert np.abs(flow[0] - flow[1]).mean() > 0.5


def test_along_the_flow_of_the_source(clips):
    video, condition = clips
    part = loss("source_motion(pairs=3)")
    batch = Batch(tf.zeros_like(video), condition, None)
    own = part.compute(video, batch, 0, SAMPLES).numpy()
    inverted = part.compute(-video, batch, 0, SAMPLES).numpy()
    boiling = video + tf.random.stateless_normal(video.shape, [0, 1], stddev=0.3)
    assert own.shape == (4,)
    np.testing.assert_allclose(own, inverted, rtol=1e-5)
    assert part.compute(boiling, batch, 0, SAMPLES).numpy().min() > 5 * own.max()
    assert part.of_given and not part.aligned


def test_one_frame_and_wrong_numbers_are_refused(clips):
    video, condition = (of[:, :1] for of in clips)
    with pytest.raises(UsageError, match="--frames=1 has no motion"):
        loss("source_motion").compute(video, Batch(video, condition, None), 0, SAMPLES)
    for text in ("commuting(reach=0)", "commuting(every=0)", "source_motion(pairs=0)"):
        with pytest.raises(UsageError):
            loss(text)
