"""A file of uneven rate gives preparation and use the same frames."""

import numpy as np
import pytest

from data_prep.base.reading import Prepared
from vgan.media.source import open_video

TIMES = [0, 0.04, 0.08, 0.5, 0.54, 0.57, 0.66, 1.3, 1.34, 1.36, 1.39, 1.9]
SHADES = 20 + 18 * np.arange(len(TIMES))


def numbers(frames):
    """Which frames of the file these are, by their shades."""
    shades = np.array([frame.mean() for frame in frames])
    return np.abs(shades[:, None] - SHADES).argmin(axis=1).tolist()


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("a.mkv", "ffv1", "bgr0"), ("a.mp4", "libx264", "yuv420p"), ("a.gif", "gif", "rgb8")],
)
def test_the_same_frames(tmp_path, save_video, prepare, name, codec, pixels):
    frames = np.zeros([len(TIMES), 32, 32, 3], np.uint8) + SHADES[:, None, None, None]
    path = save_video(
        tmp_path / "raw" / name, frames.astype(np.uint8), codec, pixels, rate=25, times=TIMES
    )
    prepare(path, tmp_path / "prepared", (16, 16))
    prepared = Prepared(str(tmp_path / "prepared"))
    (row,) = prepared.rows()
    video = open_video(path)
    used = numbers(video)
    assert numbers(prepared.frames(row)) == used
    assert row["fps"] == float(video.fps)
    assert set(used) == set(range(len(TIMES))) and used == sorted(used), "none is lost"
    assert abs(len(used) / video.fps - (TIMES[-1] + 0.04)) < 0.1
    for slot, number in enumerate(used[:-1]):
        on_screen = [time for time in TIMES if time <= slot / video.fps + 0.25 / video.fps + 1e-9]
        assert number == len(on_screen) - 1
