import numpy as np
import pytest
import tensorflow as tf

from tests.motion.textures import Texture
from vgan.core.clip import ClipSpec, Seen
from vgan.core.errors import UsageError
from vgan.motion import estimators
from vgan.motion.compensation import take_seconds
from vgan.networks import compensated

FRAMES, SIZE = 5, 32


def view(pairs=1, estimate=None):
    return compensated.CompensatedPairs(estimate or estimators.dis(), pairs, 3)


def moving(dx, dy, clips=2, frames=FRAMES):
    """Textures that move by (dx, dy) pixels a frame, float32 [B, T, H, W, 3]."""
    y, x = np.indices((SIZE, SIZE), np.float32)
    grey = [[Texture(n)(x - dx * t, y - dy * t) for t in range(frames)] for n in range(clips)]
    return np.repeat(np.float32(grey)[..., None] / 127.5 - 1, 3, axis=-1)


def shown(view, video, seed=0, samples=None):
    """first, compensated, difference, mask and what was given, each [N, H, W, ...]."""
    samples = tf.range(len(video), dtype=tf.int64) if samples is None else samples
    inputs = view(tf.constant(video), seed, tf.constant(samples, tf.int64))
    return tf.split(inputs, [3, 3, 3, 1, inputs.shape[-1] - 10], -1)


def inside(x, margin=6):
    return np.array(x)[:, margin:-margin, margin:-margin]


def test_motion_explains_a_translation():
    video = moving(2, -1)
    first, after, difference, mask, given = shown(view(), video)
    assert given.shape[-1] == 0
    np.testing.assert_allclose(difference, first - after, atol=1e-6)
    assert np.abs(inside(difference)).mean() < 0.03
    assert np.abs(video[:, 1:] - video[:, :-1]).mean() > 0.15
    assert set(np.unique(mask)) <= {0, 1} and inside(mask).mean() > 0.95
    # The texture leaves to the right, two pixels a frame: that can't be followed.
    assert np.mean(mask[:, :, -1]) < 0.2


def brightness(frames, clips=40):
    """Even clips whose frame t has brightness t / 10 and the given frames t / 10 + 1."""
    values = np.arange(frames, dtype=np.float32) / 10
    video = np.broadcast_to(values[None, :, None, None, None], (clips, frames, SIZE, SIZE, 5))
    return video + np.float32([0, 0, 0, 1, 1])


@pytest.mark.parametrize("pairs", [1, 2])
def test_neighbouring_frames_from_each_part_of_the_clip(pairs):
    first, after, _, _, given = shown(view(pairs), brightness(FRAMES))
    position = np.round(first[:, 0, 0, 0] * 10).reshape(40, pairs)
    np.testing.assert_allclose(after, first + 0.1, atol=1e-6)
    np.testing.assert_allclose(given, first[..., :2] + 1, atol=1e-6)
    part = (FRAMES - 1) // pairs
    np.testing.assert_array_equal(position // part, np.broadcast_to(range(pairs), position.shape))
    assert set(position.ravel()) == set(range(FRAMES - 1))


def test_a_pair_depends_on_seed_and_sample_alone():
    video = moving(1, 2, clips=4)
    whole = tf.concat(shown(view(2), video, samples=[3, 9, 4, 7]), -1)
    part = tf.concat(shown(view(2), video[[2, 0]], samples=[4, 3]), -1)
    np.testing.assert_array_equal(part, tf.gather(whole, [4, 5, 0, 1]))
    other = tf.concat(shown(view(2), video, seed=1, samples=[3, 9, 4, 7]), -1)
    assert np.abs(other - whole).max() > 0.1


def test_gradients_reach_both_frames_but_not_the_flow():
    video = tf.constant(moving(2, -1, frames=2))
    weight = tf.random.stateless_normal([2, SIZE, SIZE, 3], [0, 0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(video)
        first, after, difference, mask, _ = shown(view(), video)
        parts = {
            "first": tf.reduce_sum(weight * first),
            "after": tf.reduce_sum(weight * after),
            "difference": tf.reduce_sum(weight * difference),
            "mask": tf.reduce_sum(mask),
        }
    found = {name: tape.gradient(part, video).numpy() for name, part in parts.items()}
    reached = {name: tuple(np.abs(g).max((0, 2, 3, 4)) > 0) for name, g in found.items()}
    assert reached == {
        "first": (True, False),
        "after": (False, True),  # Through the flow it would depend on the first frame too.
        "difference": (True, True),
        "mask": (False, False),
    }


def test_made_and_real_clips_are_seen_by_one_estimator_whose_time_is_counted():
    seen = []

    def estimate(first, second):
        seen.append((first.copy(), second.copy()))
        return np.zeros((*first.shape[:3], 2), np.float32)

    critic = compensated.discriminator(ClipSpec(2, SIZE, SIZE), channels=1)
    critic.view = view(estimate=estimate)
    take_seconds()
    video, nothing = tf.constant(moving(2, 1, frames=2)), tf.zeros([2, 2, SIZE, SIZE, 0])

    @tf.function(autograph=False)
    def logits(video):
        inputs = critic.inputs(Seen(video), nothing, 0, tf.range(2, dtype=tf.int64))
        return critic.judge(inputs, tf.zeros([2], tf.int32)).logits

    np.testing.assert_array_equal(logits(video), logits(video))
    assert len(seen) == 4 and take_seconds() > 0, "twice a call, there and back"
    (a, b), (c, d) = seen[:2]
    assert (a == d).all() and (b == c).all() and (a != b).any()


def test_each_pair_needs_a_part_of_the_clip():
    with pytest.raises(UsageError, match=r"compensated\(pairs=1\): a clip of --frames=1 has 0"):
        compensated.discriminator(ClipSpec(1, SIZE, SIZE))
    with pytest.raises(UsageError, match="Make clips of --frames=5 or more, or judge fewer"):
        compensated.discriminator(ClipSpec(4, SIZE, SIZE), pairs=4)
    compensated.discriminator(ClipSpec(4, SIZE, SIZE), pairs=3, channels=1)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, r"compensated\(estimator='dis'\): frames of 8x8: too small for dis"),
        ({"estimator": "eyes"}, "Known: block_matching, dis, farneback"),
        ({"estimator": "farneback()", "pairs": 0}, "pairs=0"),
    ],
)
def test_estimators_that_can_not_serve(options, text):
    with pytest.raises(UsageError, match=text):
        compensated.discriminator(ClipSpec(4, 8, 8), **options)
