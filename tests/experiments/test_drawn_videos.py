"""Sixty videos drawn by chance come back as they were put in."""

import collections

import drawn_videos
import pytest


@pytest.mark.parametrize("first", range(0, 60, 12))
def test_what_was_put_in_comes_back(tmp_path, first):
    for seed in range(first, first + 12):
        drawn = drawn_videos.draw(seed)
        assert drawn_videos.check(drawn, tmp_path) == [], drawn


def test_what_is_wrong_is_seen(tmp_path):
    drawn = drawn_videos.draw(0)
    path = drawn_videos.write(tmp_path / "x.mp4", drawn)
    frames, rate = list(drawn_videos.open_video(path)), float(drawn.rate)
    corner = drawn_videos._corner(drawn.matrix)
    assert list(drawn_videos._faults(drawn, rate, frames, corner)) == []
    for wrong in (frames[:-1], frames[::-1], [f[::-1] for f in frames], frames[:1] * len(frames)):
        assert list(drawn_videos._faults(drawn, rate, wrong, corner))
    assert list(drawn_videos._faults(drawn, 2 * rate, frames, corner))


def test_draws_differ_and_are_the_same_each_time():
    draws = [drawn_videos.draw(seed) for seed in range(300)]
    assert draws == [drawn_videos.draw(seed) for seed in range(300)]
    for field in ("container", "codec", "b_frames", "rate", "start", "matrix", "beside"):
        assert len(collections.Counter(getattr(drawn, field) for drawn in draws)) >= 2, field
