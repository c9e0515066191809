import concurrent.futures

import cv2
import numpy as np
import pytest

from vgan.core import spec
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.data.scenes import flat
from vgan.data.shapes import windows

CLIP = ClipSpec(16, 32, 32)
HEADINGS = {"right": (1, 0), "left": (-1, 0), "up": (0, -1), "down": (0, 1)}


def lookup(image, x, y):
    """Bilinear values of `[H, W, C]` at pixel coordinates; the border is repeated."""
    height, width = image.shape[:2]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = np.minimum(x.astype(int), width - 2), np.minimum(y.astype(int), height - 2)
    a, b = (x - left)[..., None], (y - top)[..., None]
    image = image.astype(float)
    upper = image[top, left] * (1 - a) + image[top, left + 1] * a
    lower = image[top + 1, left] * (1 - a) + image[top + 1, left + 1] * a
    return upper * (1 - b) + lower * b


def even(values):
    """Where all of a pixel's 3x3 neighbours have exactly its value; never on the border."""
    values = values.reshape(*values.shape[:2], -1)
    same = np.zeros(values.shape[:2], bool)
    inner = values[1:-1, 1:-1]
    same[1:-1, 1:-1] = True
    for i in range(3):
        for j in range(3):
            other = values[i : i + inner.shape[0], j : j + inner.shape[1]]
            same[1:-1, 1:-1] &= (other == inner).all(-1)
    return same


def test_a_spec_string_builds_windows():
    chosen = spec.parse("shapes(objects=3, textured=True)")
    found = spec.build(chosen, "vgan.data.{}.windows", clip=CLIP, frame_step=2, split="test")
    assert (found.objects, found.textured, found.frame_step, found.split) == (3, True, 2, "test")
    assert found.fps > 0


@pytest.mark.parametrize("textured", [False, True])
@pytest.mark.parametrize("size", [(1, 1, 1), (5, 7, 33), (3, 51, 9), (2, 64, 64), (40, 16, 17)])
def test_any_size_and_length(size, textured):
    found = windows(ClipSpec(*size), 1, "train", num_videos=3, textured=textured)
    video, label = found[2]
    assert video.shape == (*size, 3) and video.dtype == np.uint8
    assert isinstance(label, int) and 0 <= label < len(found.labels)
    flow, visible = found.motion(2)
    assert flow.shape == (size[0] - 1, *size[1:], 2) and flow.dtype == np.float32
    assert visible.shape == flow.shape[:-1] and visible.dtype == bool


def test_is_a_sequence():
    found = windows(CLIP, 1, "train", num_videos=5)
    assert len(found) == 5 and len(list(found)) == 5
    assert (found[-1][0] == found[4][0]).all() and found[-1][1] == found[4][1]
    assert (found.motion(-1)[0] == found.motion(4)[0]).all()
    for read in (found.__getitem__, found.motion):
        with pytest.raises(IndexError):
            read(5)


def test_any_moments_of_a_motion():
    found = windows(ClipSpec(4, 16, 16), 3, "train", num_videos=30)
    longer = windows(ClipSpec(40, 16, 16), 1, "train", num_videos=30)
    assert found.extent(7) == (0, 39), "four windows of ten frames"
    for moments in ([0, 3, 6, 9], [39, 0, 5, 5, 1]):
        video, label = found.frames(7, np.array(moments))
        np.testing.assert_array_equal(video, longer[7][0][moments])
        assert label == 7
    assert found.window_labels.tolist() == [label for _, label in found]


def test_a_window_depends_on_its_number_only():
    found = windows(CLIP, 1, "train", textured=True)
    order = [7, 3, 2000, 3, 0, 7]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        threaded = list(pool.map(found.__getitem__, order))
    for number, (video, label) in zip(order, threaded, strict=True):
        again, same = windows(CLIP, 1, "train", num_videos=2048 + number, textured=True)[number]
        assert (video == again).all() and label == same
    assert (threaded[0][0] != threaded[1][0]).any()


@pytest.mark.parametrize("textured", [False, True])
def test_a_frame_step_keeps_every_kth_frame(textured):
    every = windows(ClipSpec(31, 32, 32), 1, "train", textured=textured)
    third = windows(ClipSpec(11, 32, 32), 3, "train", textured=textured)
    for i in range(6):
        assert (third[i][0] == every[i][0][::3]).all() and third[i][1] == every[i][1]
        assert (third[i][0][1] != every[i][0][1]).any()


def test_train_test_and_seeds_differ():
    train, test = windows(CLIP, 1, "train", num_videos=40), windows(CLIP, 1, "test", num_videos=40)
    assert (len(train), len(test)) == (40, 5)
    assert len(windows(CLIP, 1, "test", num_videos=1)) == 1
    other = windows(CLIP, 1, "train", num_videos=40, seed=1)
    clips = [window[0].tobytes() for found in (train, test, other) for window in found]
    assert len(set(clips)) == len(clips) == 85


def test_labels_cover_all_classes_and_name_the_motion():
    found = windows(CLIP, 1, "train", num_videos=48, objects=1)
    seen = set()
    for video, label in found:
        heading = np.array(HEADINGS[found.labels[label].split()[1]])
        form = (video != video[0, 0, 0]).any(-1) & (video != video[0, -1, -1]).any(-1)
        places = np.array([np.argwhere(frame)[:, ::-1].mean(0) for frame in form])
        moved = places[-1] - places[0]
        assert moved @ heading > 4 and moved @ heading > 1.5 * abs(moved @ heading[::-1])
        seen.add(label)
    assert seen == set(range(len(found.labels))) and len(seen) == len(set(found.labels)) == 12


def test_labels_name_the_form():
    found = windows(ClipSpec(1, 96, 96), 1, "train", num_videos=24, objects=1)
    for video, label in found:
        form = (video[0] != video[0, 0, 0]).any(-1)
        rows, columns = form.any(1), form.any(0)
        filled = form.sum() / (rows.sum() * columns.sum())
        expected = {"circle": np.pi / 4, "square": 1, "triangle": 1 / 2}
        assert filled == pytest.approx(expected[found.labels[label].split()[0]], abs=0.1)


def test_the_label_is_that_of_the_nearest_form():
    alone = windows(CLIP, 1, "train", num_videos=24, objects=1)
    found = windows(CLIP, 1, "train", num_videos=24, objects=3)
    for i in range(24):
        scene = found._scene(i)
        assert alone.labels[found[i][1]].startswith(list(flat.FORMS)[scene.forms[0]])
        heading = HEADINGS[found.labels[found[i][1]].split()[1]]
        moved = scene.paths[0, -1] - scene.paths[0, 0]
        assert moved @ heading > 8
        column, row = scene.paths[0, 5].astype(int)
        if 1 <= column < 31 and 1 <= row < 31:
            assert abs(found[i][0][5, row, column] - scene.colours[0]).max() <= 1


@pytest.mark.parametrize("side", [32, 64])
def test_motion_is_gentle_and_stays_in_view(side):
    found = windows(ClipSpec(16, side, side), 1, "train")
    for i in range(24):
        flow, _ = found.motion(i)
        size = np.hypot(flow[..., 0], flow[..., 1])
        moving = size > 0
        assert 0.6 < size[moving].mean() * 32 / side < 1.5 and size.max() < side / 20
        assert moving.mean((1, 2)).min() > 0.03


def test_forms_come_back_in_long_windows():
    for i in range(12):
        video, _ = windows(ClipSpec(60, 32, 32), 7, "train", objects=1)[i]
        shown = (video != np.median(video, (0, 1, 2)).astype(np.uint8)).any(-1).sum((1, 2))
        assert shown.min() > 15


@pytest.mark.parametrize("size", [(16, 32, 32), (9, 64, 48), (9, 33, 71)])
def test_flow_carries_each_frame_back_to_the_one_before(size):
    found = windows(ClipSpec(*size), 1, "train", textured=True)
    y, x = np.mgrid[: size[1], : size[2]]
    errors, turned, swapped = [], [], []
    for i in range(12):
        video, _ = found[i]
        flow, visible = found.motion(i)
        for t in range(size[0] - 1):
            clear = even(np.dstack((flow[t], visible[t]))) & visible[t] & (flow[t] != 0).any(-1)
            for found_errors, (dx, dy) in (
                (errors, np.moveaxis(flow[t], -1, 0)),
                (turned, -np.moveaxis(flow[t], -1, 0)),
                (swapped, np.moveaxis(flow[t], -1, 0)[::-1]),
            ):
                warped = lookup(video[t + 1], x + dx, y + dy)
                found_errors.append(abs(warped - video[t])[clear])
    errors, turned, swapped = map(np.concatenate, (errors, turned, swapped))
    assert len(errors) > 5000
    assert errors.mean() < 2 and errors.max() < 20
    assert turned.mean() > 5 * errors.mean() and swapped.mean() > 5 * errors.mean()


def test_the_ground_stands_still():
    found = windows(CLIP, 1, "train", textured=True)
    video, _ = found[0]
    flow, visible = found.motion(0)
    for t in range(15):
        ground = even(np.dstack((flow[t], visible[t]))) & visible[t] & (flow[t] == 0).all(-1)
        assert ground.sum() > 400 and (video[t + 1][ground] == video[t][ground]).all()


def test_visible_agrees_with_what_the_frames_show():
    """Plain surfaces tell themselves apart: a point is seen again where its colour is."""
    found = windows(ClipSpec(9, 96, 96), 3, "train", objects=3)
    counts = np.zeros(2, int)
    for i in range(12):
        video, _ = found[i]
        flow, visible = found.motion(i)
        for t in range(8):
            row, column = np.nonzero(even(video[t]) & even(flow[t]))
            dx, dy = flow[t, row, column].T
            to_row, to_column = np.rint(row + dy).astype(int), np.rint(column + dx).astype(int)
            inside = (abs(column + dx - 47.5) <= 47.5) & (abs(row + dy - 47.5) <= 47.5)
            assert not visible[t, row[~inside], column[~inside]].any()
            sure = inside.copy()
            sure[inside] = even(video[t + 1])[to_row[inside], to_column[inside]]
            row, column, to_row, to_column = (
                part[sure] for part in (row, column, to_row, to_column)
            )
            same = (video[t, row, column] == video[t + 1, to_row, to_column]).all(-1)
            assert (visible[t, row, column] == same).all()
            counts += same.sum(), (~same).sum()
    assert counts[0] > 500_000 and counts[1] > 2000


def test_one_form_passes_behind_another():
    found = windows(CLIP, 1, "train")
    hidden = []
    for i in range(24):
        flow, visible = found.motion(i)
        flow, visible = flow[:, 3:-3, 3:-3], visible[:, 3:-3, 3:-3]
        hidden.append((~visible & (flow != 0).any(-1)).sum())
    assert np.mean(np.array(hidden) >= 5) > 0.8


@pytest.mark.parametrize("textured", [False, True])
def test_drawing_loses_nothing_at_the_border(textured):
    """A scene in a wide frame, cropped, is the scene in the small frame."""
    found = windows(ClipSpec(40, 24, 31), 3, "train", objects=3, textured=textured)
    for i in range(12):
        scene = found._scene(i)
        small, wide = found[i][0], scene.draw(90, 90)[:, :24, :31]
        assert abs(small.astype(int) - wide).max() <= 1


def test_edges_are_smooth():
    scene = flat.Scene(
        [1], [4.0], np.array([[[8.25, 8.0]]]), np.float32([[200] * 3, [0] * 3]), None
    )
    row = scene.draw(16, 16)[0, 8, :, 0]
    left, right = 8.25 - 0.89 * 4, 8.25 + 0.89 * 4
    covered = np.clip(np.minimum(np.arange(16) + 1 - left, right - np.arange(16)), 0, 1)
    assert abs(row - 200 * covered).max() <= 1


@pytest.mark.parametrize(
    "arguments, told",
    [
        ({"clip": ClipSpec(4, 8, 8, 1)}, "channels"),
        ({"clip": ClipSpec(0, 8, 8)}, "frames=0"),
        ({"clip": ClipSpec(4, 8.0, 8)}, "height=8.0"),
        ({"frame_step": 0}, "frame_step=0"),
        ({"split": "valid"}, "'train' or 'test'"),
        ({"num_videos": 0}, "num_videos=0"),
        ({"objects": 0}, "objects=0"),
        ({"objects": True}, "objects=True"),
        ({"textured": 1}, "True or False"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": 2**64}, "seed=18446744073709551616"),
    ],
)
def test_bad_arguments_are_refused(arguments, told):
    with pytest.raises(UsageError) as caught:
        windows(**{"clip": CLIP, "frame_step": 1, "split": "train", **arguments})
    assert told in str(caught.value)


def test_the_fingerprint_follows_every_argument():
    base = {"clip": CLIP, "frame_step": 1, "split": "train"}
    changes = [
        *({"clip": ClipSpec(*size)} for size in ((8, 32, 32), (16, 48, 32), (16, 32, 48))),
        {"frame_step": 2},
        {"split": "test"},
        {"split": "test", "num_videos": 2048 * 8},
        {"num_videos": 100},
        {"objects": 3},
        {"textured": True},
        {"seed": 1},
    ]
    prints = [windows(**{**base, **change}).fingerprint for change in [{}, *changes]]
    assert len(set(prints)) == len(prints)
    same = windows(CLIP, 1, "train", num_videos=2048, objects=2, textured=False, seed=0)
    assert same.fingerprint == prints[0] and 8 <= len(prints[0]) <= 32
    int(prints[0], 16)


def test_each_video_is_a_source_of_its_own():
    data = windows(ClipSpec(4, 16, 16), 1, "train", num_videos=5)
    numbers, sources = data.apart(3)
    assert numbers.tolist() == sources.tolist() == [0, 1, 2, 3, 4]


def test_outlines_lie_on_the_borders_of_the_same_forms():
    clip = ClipSpec(4, 64, 64)
    filled, outlined = (windows(clip, 1, "train", objects=1, outlined=o) for o in (False, True))
    assert filled.fingerprint != outlined.fingerprint
    for index in range(12):
        whole, line = filled[index][0].astype(int), outlined[index][0].astype(int)
        ground = np.median(whole.reshape(-1, 3), 0)
        inside, drawn = (np.abs(video - ground).max(-1) > 40 for video in (whole, line))
        # A line lies half outside, so at most a pixel beyond; the middle is empty.
        grown = [cv2.dilate(np.uint8(frame), np.ones((5, 5))) for frame in inside]
        assert (drawn <= np.array(grown, bool)).all()
        assert 0.2 < drawn.sum() / inside.sum() < 0.95
        core = [cv2.erode(np.uint8(frame), np.ones((5, 5))) for frame in inside]
        assert not (drawn & np.array(core, bool)).any()
