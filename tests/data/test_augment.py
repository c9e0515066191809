"""--augment as a whole: which frames are read, colours in one pass, and draws without a state."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.data import pipeline
from vgan.data.augment import Augment
from vgan.data.opening import open_windows

ALL = (
    "flip + flip_vertical + speed + reverse + splice + crop + brightness + contrast + saturation + "
    "hue"
)
LEVELS = 8  # Grey levels from one frame to the next.
CLIP = ClipSpec(4, 16, 16)


@pytest.fixture(scope="module")
def counting(tmp_path_factory, prepare):
    """A prepared folder of videos of 24 and of 9 frames; frame n of the first is n * LEVELS."""
    folder = tmp_path_factory.mktemp("counting")
    (folder / "raw").mkdir()
    for name, frames in {"a": 24, "b": 9}.items():
        shades = np.arange(frames, dtype=np.uint8) * np.uint8(LEVELS)
        video = np.broadcast_to(shades[:, None, None], [frames, 16, 16])
        np.save(folder / "raw" / f"{name}.npy", video)
    prepare(folder / "raw", folder / "data", (16, 16), test_fraction=0.0, fps=10.0)
    return str(folder / "data")


def numbers(video):
    """Which frames of its video a clip shows."""
    return np.round(np.mean(video, axis=(-3, -2, -1)) / LEVELS).astype(int)


def batches(windows, size, count, augment, first=0):
    data = pipeline.batches(windows, size, 3, first, augment).take(count)
    videos = [video for video, *_ in data.as_numpy_iterator()]
    return np.concatenate(videos)


@pytest.mark.parametrize(
    ("text", "window", "expected"),
    [
        ("speed(slowest=0.5, fastest=0.5)", 2, [2, 4, 6, 8]),
        ("speed(slowest=0.25, fastest=0.25)", 2, [2, 3, 4, 5]),
        ("speed(slowest=0.125, fastest=0.125)", 2, [2, 3, 3, 4]),
        ("speed(slowest=1.5, fastest=1.5)", 2, [2, 8, 14, 20]),
        # 18 frames from window 8 on would end at 26: they are moved back.
        ("speed(slowest=1.5, fastest=1.5)", 8, [5, 11, 17, 23]),
        # So fast that the video is too short.
        ("speed(slowest=9, fastest=9)", 8, [0, 8, 15, 23]),
        ("reverse(share=1)", 2, [14, 10, 6, 2]),
        ("speed(slowest=0.5, fastest=0.5) + reverse(share=1)", 2, [8, 6, 4, 2]),
    ],
)
def test_frames_are_read_where_the_data_have_them(counting, text, window, expected):
    """At --frame_step=4, where a clip at half the speed takes each second real frame."""
    windows = open_windows(counting, CLIP, 4, "train")
    assert numbers(windows[window][0]).tolist() == [window + 4 * t for t in range(4)]
    change = Augment(text, 0)
    draws = change.draws(tf.constant([5], tf.int64))[0].numpy()
    offsets = change.offsets(draws, np.arange(4) * 4, windows.extent(window))
    video, label = windows.frames(window, offsets)
    assert numbers(video).tolist() == expected and label == 0


def test_batches_are_of_the_same_windows_and_step(counting):
    windows = open_windows(counting, CLIP, 4, "train")
    plain, reversed_ = (numbers(batches(windows, 4, 3, t)) for t in ("", "reverse(share=1)"))
    np.testing.assert_array_equal(reversed_, plain[:, ::-1])


def test_the_extent_is_that_of_the_own_video(counting):
    windows = open_windows(counting, CLIP, 2, "train")
    assert len(windows) == 18 + 3
    assert [windows.extent(n) for n in (0, 7, 17)] == [(0, 23), (-7, 16), (-17, 6)]
    assert [windows.extent(n) for n in (18, 20)] == [(0, 8), (-2, 6)]
    for window in (0, 7, 17, 20):
        first, last = windows.extent(window)
        whole, _ = windows.frames(window, np.arange(first, last + 1))
        assert numbers(whole).tolist() == list(range(9 if window > 17 else 24))


def test_a_spliced_clip_goes_on_elsewhere_in_its_video(counting):
    windows = open_windows(counting, CLIP, 1, "train")
    found = numbers(batches(windows, 4, 30, "splice(share=0.5)"))
    cuts = [np.flatnonzero(np.diff(clip) != 1) for clip in found]
    assert all(len(cut) <= 1 for cut in cuts)
    assert 40 < sum(len(cut) for cut in cuts) < 70
    assert {int(cut[0]) for cut in cuts if len(cut)} == {0, 1, 2}
    assert found.min() == 0 and found.max() == 23


def test_halves_round_up_so_that_half_the_speed_is_even():
    offsets = Augment("speed(slowest=0.5, fastest=0.5)", 0).offsets(
        np.zeros((1, 3)), np.arange(8), (-3, 20)
    )
    assert offsets.tolist() == [0, 1, 1, 2, 2, 3, 3, 4]


@pytest.fixture(scope="module")
def shapes():
    return open_windows("shapes(num_videos=8, textured=True)", CLIP, 1, "train")


def test_draws_depend_on_seed_and_sample_alone(shapes):
    whole = batches(shapes, 2, 9, ALL)
    np.testing.assert_array_equal(batches(shapes, 3, 6, ALL), whole)
    np.testing.assert_array_equal(batches(shapes, 3, 2, ALL, first=12), whole[12:])
    assert (whole != batches(shapes, 6, 3, "")).any(axis=(1, 2, 3, 4)).all()
    other = Augment(ALL, 4).draws(tf.range(18, dtype=tf.int64))
    assert not np.isin(other, Augment(ALL, 3).draws(tf.range(18, dtype=tf.int64))).any()


@pytest.mark.parametrize("text", ALL.split(" + "))
def test_each_part_changes_clips_and_keeps_their_frames_alike(text):
    """A clip of one frame repeated stays one; some of eight clips are changed."""
    rng = np.random.default_rng(0)
    frames = rng.integers(40, 200, (8, 1, 8, 8, 3), np.uint8)
    video = np.repeat(frames, 4, 1)
    change = Augment(text, 0)
    found = change(tf.constant(video), tf.range(8, dtype=tf.int64)).numpy()
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, np.repeat(found[:, :1], 4, 1))
    assert (found != video).any() != change.moves


def test_colours_go_through_all_changes_before_they_are_rounded_and_clipped():
    video = np.zeros([1, 1, 1, 2, 3], np.uint8)
    video[...] = [[[[[200, 100, 60], [0, 60, 30]]]]]
    draws = 2 * Augment("brightness + saturation", 1).draws(tf.constant([50], tf.int64)) - 1
    added, scaled = (draws[0, n, 0].numpy() * amount for n, amount in ((0, 1.0), (1, 0.9)))
    change = Augment("brightness(amount=1) + saturation(amount=0.9)", 1)
    found = change(tf.constant(video), tf.constant([50], tf.int64)).numpy()
    bright = video + added * 127.5
    gray = bright.mean(-1, keepdims=True)
    expected = np.clip(np.round(gray + (bright - gray) * (1 + scaled)), 0, 255)
    np.testing.assert_array_equal(found, expected)
    at_once = np.clip(bright, 0, 255)
    assert abs(at_once - bright).max() > 5 and abs(scaled) > 0.5, "the test can tell"


def test_contrast_and_levels_that_no_byte_has():
    """About the mean gray of both pixels, 150; what would be lighter than white is white."""
    video = np.array([[200, 250, 150], [100, 120, 80]], np.uint8)[None, None, None]
    draw = 2 * Augment("contrast", 1).draws(tf.constant([6], tf.int64))[0, 0, 0].numpy() - 1
    found = Augment("contrast(amount=1)", 1)(tf.constant(video), tf.constant([6], tf.int64))
    expected = np.round(150 + (video - 150.0) * (1 + draw))
    np.testing.assert_array_equal(found, np.clip(expected, 0, 255))
    light = Augment("brightness(amount=1)", 1)(tf.constant(video), tf.constant([50], tf.int64))
    assert light.numpy().max() == 255, "sample 50 gets .7"


def test_parts_are_drawn_apart():
    """Of clips with a mark in one corner some come to each of the four."""
    video = np.zeros([64, 1, 2, 2, 3], np.uint8)
    video[:, :, 0, 0] = 1
    found = Augment("flip + flip_vertical", 0)(tf.constant(video), tf.range(64, dtype=tf.int64))
    corners = found.numpy()[..., 0].sum(0).ravel()
    assert corners.sum() == 64 and corners.min() > 4


def test_pairs_are_changed_alike():
    """A target and a source that are the same stay the same."""
    text = "pairs(target='shapes(num_videos=4)', source='shapes(num_videos=4)')"
    pairs = open_windows(text, CLIP, 2, "train")
    clips = next(pipeline.batches(pairs, 8, 3, 0, ALL).take(1).as_numpy_iterator())
    assert clips.video.shape == (8, 4, 16, 16, 3)
    np.testing.assert_array_equal(clips.video, clips.source)
    plain = next(pipeline.batches(pairs, 8, 3).take(1).as_numpy_iterator())
    assert (clips.video != plain.video).any()


def test_flow_is_that_of_the_changed_clips(shapes):
    shifts = []

    def estimate(first, second):
        shifts.append(np.mean(first, dtype=float))
        return np.zeros([*first.shape[:3], 2], np.float32)

    data = pipeline.batches(shapes, 2, 0, 0, "brightness(amount=1)", estimate).take(1)
    video = next(data.as_numpy_iterator())[0]
    assert np.mean(video[:, :-1], dtype=float) in shifts


def test_errors():
    with pytest.raises(UsageError, match="--augment=2[*]flip: its parts have no weights"):
        Augment("2*flip", 0)
    with pytest.raises(UsageError, match="unknown name 'spin'.*Known: brightness, contrast, crop"):
        Augment("spin", 0)
    with pytest.raises(UsageError, match="every argument by name"):
        Augment("brightness(0.2)", 0)
    assert not Augment("", 0).moves
