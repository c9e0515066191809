import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.clip import Batch, ClipSpec, to_float
from vgan.core.errors import UsageError
from vgan.data.shapes import windows
from vgan.losses import kinds
from vgan.motion import compensation
from vgan.motion.compensation import take_seconds
from vgan.networks import conv3d, frames2d

FRAMES, SIZE, STEP = 16, 32, 16


def build(text):
    return spec.build(spec.parse(text), "vgan.losses.kinds.{}")


def shapes(split, number, textured):
    found = windows(ClipSpec(FRAMES, SIZE, SIZE), 1, split, num_videos=512, textured=textured)
    return to_float(np.stack([found[index][0] for index in range(number)]))


class Judge:
    """The motion loss, its running quantiles settled on real clips, and other real clips."""

    def __init__(self, textured):
        self.loss = build("motion").state
        self.real = shapes("test", 32, textured)
        known = tf.constant(shapes("train", 64, textured))
        for step in range(16):
            start = step * STEP % len(known)
            samples = tf.range(step * STEP, (step + 1) * STEP, dtype=tf.int64)
            real = known[start : start + STEP]
            self.loss.after_step(self.measure(real, real, samples)[1])

    @tf.function(autograph=False)
    def measure(self, video, real, samples):
        return self.loss(video, Batch(real, None, None), 0, samples)

    @tf.function(autograph=False)
    def gradient(self, video, real, samples):
        with tf.GradientTape() as tape:
            tape.watch(video)
            term, _ = self.loss(video, Batch(real, None, None), 0, samples)
        return term, tape.gradient(term, video)

    def mean(self, video):
        rounds = [
            self.measure(tf.constant(video), tf.constant(self.real), numbers + 10_000)[0]
            for numbers in np.split(np.arange(2 * len(self.real)), 2)
        ]
        return float(np.mean(rounds))

    def residual(self, video):
        """What motion compensation leaves unexplained of 16 clips, [B]."""
        _, found = self.measure(video, self.real[:STEP], np.arange(STEP))
        change = np.maximum(found["fake_change"], self.loss.change_low)
        return np.mean(found["fake_ratio"] * change)

    def with_gradient(self, video):
        """Terms [B] and gradients [B, T, H, W, C] of 16 clips."""
        video, real = (tf.constant(clips[:STEP], tf.float32) for clips in (video, self.real))
        term, gradient = self.gradient(video, real, tf.range(STEP, dtype=tf.int64))
        return term.numpy(), gradient.numpy()


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "textured"])
def judge(request):
    return Judge(request.param)


def still(video):
    return np.repeat(video[:, :1], FRAMES, axis=1)


def over_time(values):
    return np.float32(values).reshape(-1, FRAMES, 1, 1, 1)


def flickered(video):
    brightness = np.random.default_rng(0).uniform(-0.3, 0.3, (len(video), FRAMES))
    return np.clip(video + over_time(brightness), -1, 1)


RAMP = over_time(np.linspace(0, 1, FRAMES))
CHEATS = {
    "frozen": still,
    "fade to black": lambda video: video * (1 - RAMP) - RAMP,
    "fade to grey": lambda video: still(video) * (1 - RAMP) + 0.2 * RAMP,
    "dissolve": lambda video: still(video) * (1 - RAMP) + still(np.roll(video, 1, 0)) * RAMP,
    "flicker": flickered,
    "frozen and flickering": lambda video: flickered(still(video)),
}


def test_real_clips_pay_next_to_nothing(judge):
    assert judge.mean(judge.real) < 0.05


@pytest.mark.parametrize("cheat", CHEATS)
def test_guard_no_cheat_pays_less_than_five_times_the_real(judge, cheat):
    paid = judge.mean(CHEATS[cheat](judge.real))
    assert paid >= 5 * judge.mean(judge.real)
    assert paid > 0.1


def test_a_dissolve_of_moving_clips_pays(judge):
    """Their own motion hides it in part, so it pays less than one between pictures."""
    other = np.roll(judge.real, 1, axis=0)
    assert judge.mean(judge.real * (1 - RAMP) + other * RAMP) >= 4 * judge.mean(judge.real)


def test_no_gradient_to_what_is_as_explainable_as_real(judge):
    term, gradient = judge.with_gradient(judge.real)
    free = term == 0
    assert free.mean() > 0.6
    assert not gradient[free].any()


def test_flicker_has_a_gradient_that_lessens_it(judge):
    video = flickered(judge.real)
    term, gradient = judge.with_gradient(video)
    assert (term > 0).mean() > 0.8
    assert all(gradient[term > 0].reshape(np.sum(term > 0), -1).any(1))
    assert np.isfinite(gradient).all()
    # The term is a ratio, which a fainter flicker hardly lowers; what is left unexplained falls.
    before, after = map(judge.residual, (video[:STEP], video[:STEP] - 0.01 * np.sign(gradient)))
    assert after < 0.97 * before


def test_a_nearly_frozen_clip_is_pushed_to_change(judge):
    noise = np.random.default_rng(0).normal(0, 0.002, judge.real.shape).astype(np.float32)
    video = still(judge.real) + noise
    term, gradient = judge.with_gradient(video)
    assert (term > 0.5).all()
    assert all(gradient.reshape(STEP, -1).any(1))
    assert (judge.with_gradient(video[:STEP] - 0.01 * np.sign(gradient))[0] < term).all()


def test_statistics_are_per_clip_and_move_nothing(judge):
    state = [float(v) for v in judge.loss.variables]
    video, real = flickered(judge.real)[:STEP], judge.real[:STEP]
    term, found = judge.measure(video, real, tf.range(STEP, dtype=tf.int64))
    assert {"real_ratio", "real_change", "fake_ratio", "fake_change"} <= set(found)
    for name, values in found.items():
        size = 2 * STEP if name == "visible" else STEP
        assert values.shape == (size,) and values.dtype == tf.float32, name
    np.testing.assert_array_equal(found["active"], term > 0)
    assert [float(v) for v in judge.loss.variables] == state
    assert take_seconds() > 0


def test_a_clips_term_depends_on_its_own_sample_number(judge):
    samples = np.arange(STEP)
    video, real = flickered(judge.real)[:STEP], judge.real[:STEP]
    term, _ = judge.measure(video, real, samples)
    backwards, _ = judge.measure(video[::-1], real[::-1], samples[::-1])
    np.testing.assert_allclose(backwards[::-1], term, rtol=1e-5)
    assert not np.allclose(judge.measure(video, real, samples + 100)[0], term)


@pytest.mark.parametrize("start", [None, 20.0, 0.05])
def test_running_quantiles_find_those_of_a_stream(start):
    """Of log-normal numbers, whose 10 and 90 % quantiles are exp(-+1.2816)."""
    loss = build("motion").state
    move = tf.function(loss.after_step)
    for variable in (loss.change_low, loss.ratio_high):
        variable.assign(0.0 if start is None else start)
    stream = np.exp(np.random.default_rng(0).normal(size=(2, 900, STEP))).astype(np.float32)
    seen = []
    for change, ratio in stream.swapaxes(0, 1):
        move({"real_change": change, "real_ratio": ratio})
        seen.append((float(loss.change_low), float(loss.ratio_high)))
    settled = np.array(seen[500:])
    np.testing.assert_allclose(settled.mean(0), np.exp([-1.2816, 1.2816]), rtol=0.15)
    np.testing.assert_allclose(settled.std(0) / settled.mean(0), 0, atol=0.15)


def test_before_any_step_a_batch_has_its_own_quantiles(judge):
    fresh = build("motion").compute
    real = tf.constant(judge.real)
    term, _ = fresh(real, Batch(real, None, None), 0, tf.range(32, dtype=tf.int64))
    assert np.isfinite(term).all() and 0 < np.mean(term > 0) < 0.4


def test_motion_takes_its_estimator_by_a_spec():
    assert build("motion(every=7)").every == 7
    with pytest.raises(UsageError, match="Known: block_matching, dis, farneback"):
        build("motion(estimator='eyes')")
    with pytest.raises(UsageError, match="It takes: variant, estimator, pairs, every"):
        build("motion(block=8)")


def moved_right(first, second):
    """A flow of one pixel from the brighter of two frames to the darker, and back."""
    flow = np.zeros([*first.shape[:3], 2], np.float32)
    flow[..., 0] = np.where(first.mean((1, 2, 3)) > second.mean((1, 2, 3)), 1, -1)[:, None, None]
    return flow


@pytest.fixture(scope="module")
def matching():
    """The term and statistics of made clips by real ones, [B, 2, H, W, C] each."""
    estimator = "'tests.losses.test_kinds.make_moved_right'"
    loss = build(f"motion(variant='matching', pairs=1, estimator={estimator})").compute

    @tf.function(autograph=False)
    def measure(video, real):
        samples = tf.range(tf.shape(video)[0], dtype=tf.int64)
        with tf.GradientTape() as tape:
            tape.watch(video)
            term, statistics = loss(video, Batch(real, None, None), 0, samples)
        return term, statistics, tape.gradient(term, video)

    return lambda video, real: measure(tf.constant(video), tf.constant(real))


def make_moved_right():
    return moved_right


def pairs_of_frames(seed, scales):
    """Clips of a bright frame and a darker one; the greater the scale, the less alike."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 0.2, (len(scales), 2, 5, 6, 3)) * np.reshape(scales, (-1, 1, 1, 1, 1))
    return (noise + [[[[[0.3]]], [[[-0.2]]]]]).astype(np.float32)


MADE, REAL = pairs_of_frames(0, [0.2, 1, 0.6, 0.1]), pairs_of_frames(1, [1.2, 0.3, 0.6, 0.9])


def measures(video):
    """What the flow leaves unexplained, and what changes, in NumPy; the last column has left."""
    rho = lambda x: np.sqrt(x**2 + 1e-6) - 1e-3  # noqa: E731
    first, second = video[:, 0].astype(np.float64), video[:, 1].astype(np.float64)
    explained = rho(first[:, :, :-1] - second[:, :, 1:]).sum((1, 2, 3)) / first[0].size
    visible = rho(first - second)[:, :, :-1].sum((1, 2, 3)) / first[0].size
    return explained, visible


def test_matching_by_hand(matching):
    """Each clip is compared with the real one of its rank, in either measure."""
    term, statistics, _ = matching(MADE, REAL)
    expected = np.zeros(4)
    names = ("residual", "change")
    for name, fake, real in zip(names, measures(MADE), measures(REAL), strict=True):
        np.testing.assert_allclose(statistics[f"fake_{name}"], fake, rtol=1e-3)
        np.testing.assert_allclose(statistics[f"real_{name}"], real, rtol=1e-3)
        for rank, position in enumerate(np.argsort(fake)):
            expected[position] += abs(np.log(fake[position]) - np.log(np.sort(real)[rank]))
    np.testing.assert_allclose(term, expected, rtol=1e-3, atol=1e-4)
    assert expected.min() > 0.01


def test_matching_asks_nothing_of_real_clips_in_any_order(matching):
    for order in ([0, 1, 2, 3], [2, 0, 3, 1]):
        np.testing.assert_allclose(matching(REAL[order], REAL)[0], 0, atol=1e-4)


@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_matching_pulls_from_both_sides(matching, factor):
    """Clips that change too little are pushed to change more, and the other way round."""
    video = REAL[::-1] * np.float32(factor)
    before, statistics, gradient = matching(video, REAL)
    after, moved, _ = matching(video - 0.003 * np.sign(gradient), REAL)
    assert (before.numpy() > 1).all() and (after.numpy() < before.numpy()).all()
    larger = moved["fake_change"].numpy() > statistics["fake_change"].numpy()
    assert larger.tolist() == [factor < 1] * 4


def test_matching_of_frozen_clips_is_finite(matching):
    term, _, gradient = matching(np.repeat(REAL[:, :1], 2, 1), REAL)
    # A change of nothing has the logarithm of the least, 1e-4.
    expected = np.sort(np.log(measures(REAL)[1])) - np.log(1e-4)
    assert (term.numpy() > expected.min()).all()
    assert np.isfinite(term).all() and np.isfinite(gradient).all()


def test_an_unknown_variant():
    with pytest.raises(UsageError, match="variant='x'.: unknown. Choose one_sided or matching"):
        build("motion(variant='x')")
    assert build("motion(variant='matching', every=3)").every == 3


def test_charbonnier():
    x = tf.constant([-3e-3, 0.0, 4e-3, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = compensation.charbonnier(x, epsilon=3e-3)
    np.testing.assert_allclose(y, [3e-3 * (2**0.5 - 1), 0, 2e-3, 2 - 3e-3], rtol=1e-4, atol=1e-8)
    np.testing.assert_allclose(tape.gradient(y, x), [-(0.5**0.5), 0, 0.8, 1], rtol=1e-4)


@pytest.fixture(scope="module")
def aligned():
    """Real clips with their exact flow."""
    found = windows(ClipSpec(8, SIZE, SIZE), 1, "train", textured=True)
    video = to_float(np.stack([found[index][0] for index in range(4)]))
    flow, visible = (np.stack(x) for x in zip(*map(found.motion, range(4)), strict=True))
    return Batch(tf.constant(video), None, None, tf.constant(flow), tf.constant(visible))


def aligned_motion(video, batch, **arguments):
    return kinds.aligned_motion(**arguments).compute(tf.constant(video), batch, 0, None).numpy()


def test_aligned_motion_knows_the_real_clip(aligned):
    real = aligned.video.numpy()
    of_real = aligned_motion(real, aligned)
    assert of_real.shape == (4,) and of_real.dtype == np.float32
    assert (of_real < 0.01).all()
    rng = np.random.default_rng(0)
    flicker = np.clip(real + rng.uniform(-0.3, 0.3, (4, 8, 1, 1, 1)), -1, 1).astype(np.float32)
    assert (aligned_motion(flicker, aligned) > 10 * of_real).all()
    assert (aligned_motion(still(real)[:, :8], aligned) > 2 * of_real).all()


def test_aligned_motion_by_hand():
    # Flow moves each pixel one to the right; the last column leaves and isn't visible.
    flow = np.zeros((1, 1, 1, 3, 2), np.float32)
    flow[..., 0] = 1
    visible = np.array([[[[True, True, False]]]])
    x = np.float32([[[0.5, 0.2, 0.0]], [[0.0, 0.1, 0.9]]]).reshape(1, 2, 1, 3, 1).repeat(2, -1)
    y = np.float32([[[0.3, 0.4, 0.0]], [[0.0, 0.3, 0.2]]]).reshape(1, 2, 1, 3, 1).repeat(2, -1)
    batch = Batch(tf.constant(y), None, None, tf.constant(flow), tf.constant(visible))
    # x misses by 0.5 - 0.1 = 0.4 and 0.2 - 0.9 = -0.7; y by 0 and 0.4 - 0.2 = 0.2 in two channels,
    # so they are trusted 1 and exp(-12.5 * 2 * 0.04); the mean is over all three pixels.
    expected = (0.4 + np.exp(-1) * 0.7) / 3
    np.testing.assert_allclose(aligned_motion(x, batch), [expected], atol=1e-3)
    np.testing.assert_allclose(aligned_motion(x, batch, alpha=0), [1.1 / 3], atol=1e-3)


def test_aligned_motion_has_a_gradient_to_the_clip_alone(aligned):
    video = tf.zeros_like(aligned.video) + aligned.video[:, ::-1]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([video, aligned.flow])
        term = kinds.aligned_motion().compute(video, aligned, 0, None)
    assert np.abs(tape.gradient(term, video)).max() > 0
    assert tape.gradient(term, aligned.flow) is None


def pair():
    """A made clip of two frames of a pixel, the real one, both [1, 2, 1, 1, 2], and its batch."""
    made = np.float32([[0.1, 0.5], [0.3, -0.5]]).reshape(1, 2, 1, 1, 2)
    real = np.float32([[0.2, 0.5], [-0.1, 0.0]]).reshape(1, 2, 1, 1, 2)
    return made, Batch(tf.constant(real), None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l1", (0.1 + 0.4 + 0.5) / 4),
        ("mse", (0.01 + 0.16 + 0.25) / 4),
        # The made pixels change by 0.2 and -1, the real ones by -0.3 and -0.5.
        ("frame_difference", (0.5 + 0.5) / 2),
    ],
)
def test_losses_of_pairs_by_hand(text, expected):
    made, batch = pair()
    np.testing.assert_allclose(build(text).compute(made, batch, 0, None), [expected], rtol=1e-5)
    assert build(text).compute(batch.video, batch, 0, None).numpy() == [0]


@pytest.mark.parametrize("text", ["perceptual", "style"])
def test_features_of_critics(text):
    loss, clip = build(text), ClipSpec(4, 8, 8)
    critics = [conv3d.discriminator(clip, channels=4), frames2d.discriminator(clip, channels=4)]
    loss.attach(critics)
    real, made = (shapes("test", 4, False)[:, n : n + 4, 8:16, 8:16] for n in (0, 4))
    samples = tf.range(4, dtype=tf.int64)
    nothing = tf.zeros([4, 4, 8, 8, 0])
    batch = Batch(tf.constant(real), nothing, tf.zeros([4], tf.int32))
    with tf.GradientTape() as tape:
        video = tf.constant(made)
        tape.watch(video)
        term = loss.compute(video, batch, 0, samples)
        second = term[1]  # A clip's term is its own.
    assert term.shape == (4,) and (term.numpy() > 0).all()
    gradient = tape.gradient(second, video).numpy()
    assert np.abs(gradient[1]).max() > 0 and not gradient[[0, 2, 3]].any()
    np.testing.assert_array_equal(loss.compute(batch.video, batch, 0, samples), np.zeros(4))


def test_style_knows_no_places():
    random.seed(0)
    critic, distances = conv3d.discriminator(ClipSpec(4, 8, 8), channels=4), {}
    for name in ("perceptual", "style"):
        loss = build(name)
        loss.attach([critic])
        real = tf.constant(shapes("test", 4, True)[:, :4, 8:16, 8:16])
        batch = Batch(real, tf.zeros([4, 4, 8, 8, 0]), tf.zeros([4], tf.int32))
        moved, other = (
            loss.compute(video, batch, 0, tf.range(4, dtype=tf.int64)).numpy().mean()
            for video in (tf.roll(real, 4, 2), -real)
        )
        distances[name] = moved / other
    assert distances["style"] < distances["perceptual"]


def test_weights_of_vgg19_that_cannot_be_had():
    with pytest.raises(UsageError, match="'missing.h5' of vgg19 can't be had"):
        build("perceptual(network='vgg19', weights='missing.h5')")
    with pytest.raises(UsageError, match="network='vgg'"):
        build("style(network='vgg')")


@pytest.mark.parametrize(
    "text",
    [
        "motion(pairs='x')",
        "motion(pairs=1.5)",
        "motion(every=0)",
        "aligned_motion(estimator=3)",
        "aligned_motion(alpha='x')",
        "aligned_motion(alpha=-1)",
        "perceptual(network=[])",
        "perceptual(network='vgg19', weights=3)",
        "style(network='vgg19', frames='a')",
        "style(network='vgg19', frames=0)",
        "perceptual(frames=2)",
        "style(network='critics', weights='imagenet')",
    ],
)
def test_arguments_that_cannot_be(text):
    with pytest.raises(UsageError):
        build(text)


def test_vgg19_from_a_file(tmp_path):
    path = tmp_path / "vgg.weights.h5"
    keras.applications.VGG19(include_top=False, weights=None).save_weights(path)
    loss = build(f"perceptual(network='vgg19', weights='{path}', frames=1)")
    real, made = (tf.constant(shapes("test", 2, False)[:, n : n + 2]) for n in (0, 4))
    term = loss.compute(made, Batch(real, None, None), 0, tf.range(2, dtype=tf.int64))
    assert term.shape == (2,) and (term.numpy() > 0).all()
