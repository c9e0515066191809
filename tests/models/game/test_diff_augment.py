import numpy as np
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.errors import UsageError
from vgan.models.game import diff_augment
from vgan.models.game.diff_augment import CLIPS_TO_FULL_STRENGTH, DiffAugment

CHANGES = ("brightness", "contrast", "saturation", "shift", "cutout")
OF_PIXELS = CHANGES[:3]


def build(text):
    return spec.build(spec.parse(text), "vgan.models.game.diff_augment.{}")


def changed(text, video, *draws, channels=3):
    """One clip [T, H, W, C + K] after a change with two draws."""
    draws = tf.constant([(*draws, 0.5)[:2]], tf.float32)
    return build(text)(tf.constant(video[None], tf.float32), channels, draws)[0].numpy()


@pytest.fixture(scope="module")
def video():
    """A clip of 3 colours and 1 given channel, [2, 4, 4, 4]."""
    return np.random.default_rng(0).uniform(-1, 1, (2, 4, 4, 4)).astype(np.float32)


@pytest.mark.parametrize(("draw", "added"), [(0.0, -0.4), (0.5, 0.0), (0.75, 0.2)])
def test_brightness(video, draw, added):
    expected = video + [added, added, added, 0]
    np.testing.assert_allclose(changed("brightness(amount=0.4)", video, draw), expected, atol=1e-6)


@pytest.mark.parametrize(("draw", "factor"), [(0.0, 0.6), (0.5, 1.0), (0.75, 1.2)])
def test_contrast_is_about_the_mean_of_the_clip(video, draw, factor):
    expected, mean = video.copy(), video[..., :3].mean()
    expected[..., :3] = mean + factor * (video[..., :3] - mean)
    np.testing.assert_allclose(changed("contrast(amount=0.4)", video, draw), expected, atol=1e-6)


@pytest.mark.parametrize(("draw", "factor"), [(0.0, 0.0), (0.5, 1.0), (0.75, 1.5)])
def test_saturation_is_about_the_gray_of_each_pixel(video, draw, factor):
    expected, gray = video.copy(), video[..., :3].mean(-1, keepdims=True)
    expected[..., :3] = gray + factor * (video[..., :3] - gray)
    np.testing.assert_allclose(changed("saturation", video, draw), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("draws", "down", "right"),
    [((0.0, 0.5), 1, 0), ((0.5, 0.99), 0, -1), ((0.5, 0.5), 0, 0), ((0.7, 0.2), -1, 1)],
)
def test_shift_by_whole_pixels_into_gray(video, draws, down, right):
    """A quarter of 4 pixels is 1: a draw below 1/3 moves by it, one above 2/3 moves back."""
    expected = np.zeros_like(video)
    for y in range(4):
        for x in range(4):
            if 0 <= y - down < 4 and 0 <= x - right < 4:
                expected[:, y, x] = video[:, y - down, x - right]
    np.testing.assert_array_equal(changed("shift(share=0.25)", video, *draws), expected)


def test_shift_by_at_most_the_share_of_each_side():
    video = np.ones([1, 16, 8, 3], np.float32)
    most = changed("shift(share=0.25)", video, 0.0, 0.0)
    assert most[0, :, -1, 0].sum() == 16 - 4 and most[0, -1, :, 0].sum() == 8 - 2


@pytest.mark.parametrize(
    ("draws", "rows", "columns"),
    # The middle is at 5 draw - 0.5, and the hole reaches 1 pixel to each side.
    [((0.4, 0.4), [1, 2], [1, 2]), ((0.0, 0.8), [0], [3]), ((0.6, 0.2), [2, 3], [0, 1])],
)
def test_cutout(video, draws, rows, columns):
    expected = video.copy()
    expected[:, min(rows) : max(rows) + 1, min(columns) : max(columns) + 1] = 0
    np.testing.assert_array_equal(changed("cutout(share=0.5)", video, *draws), expected)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("amount", [0, -0.1, 1.1, "nan", "'x'"])
def test_amounts_out_of_range(name, amount):
    argument = {"shift": "share", "cutout": "share"}.get(name, "amount")
    value = float("nan") if amount == "nan" else amount
    with pytest.raises(UsageError, match=rf"^{name}\({argument}=.*number above 0 and at most 1"):
        getattr(diff_augment, name)(**{argument: value})


SAMPLES = np.arange(100, 110)


def clips(given=2):
    rng = np.random.default_rng(1)
    shapes = ((len(SAMPLES), 1, 8, 8, 3), (len(SAMPLES), 1, 8, 8, given))
    # Three equal frames.
    return (tf.constant(rng.uniform(-1, 1, s).repeat(3, 1), tf.float32) for s in shapes)


def every(**arguments):
    return DiffAugment([build(name) for name in CHANGES], **arguments)


@pytest.fixture(scope="module")
def all_changed():
    return every()(*clips(), 7, SAMPLES)


def test_all_frames_are_changed_alike(all_changed):
    for found, before in zip(all_changed, clips(), strict=True):
        assert found.shape == before.shape and found.dtype == tf.float32
        assert np.abs(found - before).reshape(10, -1).max(1).min() > 0.1, "each clip is changed"
        np.testing.assert_array_equal(found[:, 1:], found[:, :-1])


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_given_moves_along_and_keeps_its_values(name):
    video, given = clips(given=3)
    found = DiffAugment([build(name)])(video, given, 7, SAMPLES)
    alone, _ = DiffAugment([build(name)])(given, given[..., :0], 7, SAMPLES)
    expected = given if name in OF_PIXELS else alone
    np.testing.assert_array_equal(found[1], expected)
    assert np.abs(found[0] - video).max() > 0.1
    assert DiffAugment([build(name)])(video, given[..., :0], 7, SAMPLES)[1].shape[-1] == 0


def test_draws_depend_on_seed_and_sample_alone(all_changed):
    rows = [8, 2, 5]
    some = [tf.gather(part, rows) for part in clips()]
    for found, expected in zip(every()(*some, 7, SAMPLES[rows]), all_changed, strict=True):
        np.testing.assert_allclose(found, tf.gather(expected, rows), atol=1e-6)
    for other in (every()(*clips(), 8, SAMPLES), every()(*clips(), 7, SAMPLES + 50)):
        differ = np.abs(other[0] - all_changed[0]).reshape(10, -1).max(1)
        assert differ.min() > 0.01


def test_each_change_draws_for_itself():
    zeros, samples = tf.zeros([200, 1, 1, 1, 3]), np.arange(200)
    one, two = (
        DiffAugment([build("brightness(amount=1)")] * n)(zeros, zeros[..., :0], 0, samples)[0]
        for n in (1, 2)
    )
    first, second = np.ravel(one[..., 0]), np.ravel((two - one)[..., 0])
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.25
    for draws in (first, second):
        assert abs(draws.mean()) < 0.15 and -1 <= draws.min() < -0.95 and 0.95 < draws.max() < 1


@pytest.mark.parametrize(("strength", "least", "most"), [(0, 0, 0), (0.3, 0.2, 0.4), (1, 1, 1)])
def test_strength_is_the_share_of_clips_that_are_changed(strength, least, most):
    augment = DiffAugment([build("brightness")], target=0.5)
    augment.strength.assign(strength)
    video = tf.zeros([300, 1, 1, 1, 3])
    found, _ = augment(video, video[..., :0], 3, np.arange(300))
    assert least <= np.mean(found[:, 0, 0, 0, 0] != 0) <= most


@pytest.mark.parametrize("name", CHANGES)
def test_the_gradient_flows(name):
    video, given = clips()
    with tf.GradientTape() as tape:
        tape.watch(video)
        total = tf.reduce_sum(DiffAugment([build(name)])(video, given, 7, SAMPLES)[0] ** 2)
    gradient = tape.gradient(total, video).numpy()
    assert np.isfinite(gradient).all()
    assert (gradient != 0).mean() > 0.3


def test_in_bfloat16(all_changed):
    video, given = clips()
    found, _ = every()(tf.cast(video, tf.bfloat16), given, 7, SAMPLES)
    assert found.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.cast(found, tf.float32), all_changed[0], atol=0.05)


def test_in_a_graph_sizes_stay_known():
    change = every()

    @tf.function(input_signature=[tf.TensorSpec([None, 3, 8, 8, 3])])
    def augment(video):
        found, _ = change(video, video[..., :0], 7, tf.range(tf.shape(video)[0]))
        assert found.shape[1:] == [3, 8, 8, 3]
        return found

    video, given = clips()
    expected, _ = change(video, given[..., :0], 7, np.arange(10))
    np.testing.assert_allclose(augment(video), expected, atol=1e-6)


def test_without_a_target_the_strength_stays():
    augment = every()
    augment.after_step(tf.fill([4], -1.0))
    assert float(augment.strength) == 1


def test_the_strength_follows_the_mean_sign():
    augment = every(target=0.6)
    strengths = [float(augment.strength)]
    half = CLIPS_TO_FULL_STRENGTH // 2
    # Mean signs 1, 1, 1, 0.5, 0.7, 0, -1, -1.
    ones = np.ones(half, np.float32)
    signs = [ones, ones, ones, np.float32([1] * 15 + [-1] * 5), np.float32([1] * 17 + [-1] * 3)]
    signs += [np.zeros(10, np.float32), -ones, -ones]
    for step in signs:
        augment.after_step(tf.constant(step))
        strengths.append(float(augment.strength))
    expected = [0, 0.5, 1, 1, 0.999, 1, 0.9995, 0.4995, 0]
    np.testing.assert_allclose(strengths, expected, atol=1e-5)
