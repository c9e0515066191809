import numpy as np
import pytest

from tests.motion.textures import square, textured
from vgan.core.errors import DataError, UsageError
from vgan.motion import tracking
from vgan.motion.tracking import Tracker, kinematics


def follow(video, box):
    tracker = Tracker(video[0], box)
    centres = [tracker.centre]
    for frame in video[1:]:
        tracker.update(frame)
        centres.append(tracker.centre)
    return np.array(centres)


def test_a_square_that_passes_a_ground():
    video = np.concatenate([square(6 + 2 * t) for t in range(12)])
    centres = follow(video, (6, 17, 16, 15))
    true = np.stack([14 + 2 * np.arange(12), np.full(12, 24.5)], axis=1)
    np.testing.assert_array_equal(centres[0], true[0])
    assert np.abs(centres - true).max() <= 1.5
    track = kinematics(centres)
    assert np.median(track.speed) == pytest.approx(2, abs=0.2)


def test_fractions_of_pixels():
    video = textured(range(12), shift=(1.3, -0.7))
    centres = follow(video, (20, 30, 20, 20))
    true = (30, 40) + np.arange(12)[:, None] * (1.3, -0.7)
    np.testing.assert_allclose(centres, true, atol=0.15)


def test_what_is_gone_is_lost_and_found_again():
    gone = square(100)
    video = np.concatenate([square(16), square(17), gone, gone, square(24), square(25)])
    centres = follow(video, (16, 17, 16, 15))
    np.testing.assert_array_equal(np.isfinite(centres).all(axis=1), [1, 1, 0, 0, 1, 1])
    np.testing.assert_allclose(centres[[1, 4, 5]], [(25, 24.5), (32, 24.5), (33, 24.5)], atol=0.6)


@pytest.mark.parametrize(
    "box", [(-1, 0, 8, 8), (0, 0, 33, 8), (30, 30, 8, 8), (0, 0, 7, 8), (0, 0, 8, -8)]
)
def test_boxes_that_cannot_be(box):
    with pytest.raises(UsageError, match="must lie in the frame of 32x24 pixels"):
        Tracker(np.zeros((24, 32, 3), np.uint8), box)


def test_a_plain_box_is_refused():
    with pytest.raises(UsageError, match="all of one colour"):
        Tracker(np.full((24, 32, 3), (9, 90, 200), np.uint8), (0, 0, 8, 8))


def test_speed_and_acceleration_by_hand():
    x = np.array([0, 1, 4, 9, 16.0])  # t^2: central differences are 2 t, second ones 2.
    track = kinematics(np.stack([3 * x, 4 * x], axis=1))
    np.testing.assert_allclose(track.speed, 5 * np.array([1, 2, 4, 6, 7]))
    np.testing.assert_allclose(track.acceleration, [np.nan, 10, 10, 10, np.nan])
    assert track.found.all()


def test_gaps_and_short_tracks():
    centres = np.array([[0, 0], [1, 0], [np.nan, np.nan], [3, 0], [4, 0], [5, 0.0]])
    track = kinematics(centres)
    np.testing.assert_array_equal(track.found, [1, 1, 0, 1, 1, 1])
    np.testing.assert_array_equal(np.isnan(track.speed), [0, 1, 0, 1, 0, 0])
    np.testing.assert_array_equal(np.isnan(track.acceleration), [1, 1, 1, 1, 0, 1])
    one = kinematics(centres[:1])
    assert one.found.all() and np.isnan(one.speed).all() and np.isnan(one.acceleration).all()


def test_a_file_comes_back(tmp_path):
    centres = np.array([[1.5, 2], [np.nan, np.nan], [3.25, 4.125]])
    tracking.write_csv(tmp_path / "a.csv", kinematics(centres))
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[:3] == ["frame,x,y,found,speed,acceleration", "0,1.500,2.000,1,,", "1,,,0,1.376,"]
    np.testing.assert_array_equal(tracking.read_positions(tmp_path / "a.csv"), centres)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "x,y\n1\n", "x,y\n1,far\n", "\0"])
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=r"other.csv': can't be read .*show_motion"):
        tracking.read_positions(path)
    with pytest.raises(DataError, match="missing.csv"):
        tracking.read_positions(tmp_path / "missing.csv")
