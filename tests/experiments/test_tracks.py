import colorsys

import numpy as np
import pytest
import tracks

FRAMES = 12


def clip(side=lambda t: 6, hue=lambda t: 120, left=lambda t: 4 + t, shown=lambda t: True):
    """A square on gray that has this side, hue in degrees and place in frame t."""
    video = np.full((FRAMES, 32, 32, 3), 128, np.uint8)
    for t in range(FRAMES):
        colour = 255 * np.array(colorsys.hsv_to_rgb(hue(t) % 360 / 360, 1, 1))
        if shown(t):
            video[t, 8 : 8 + side(t), left(t) : left(t) + side(t)] = colour
    return video


def test_a_square_that_glides():
    (track,) = tracks.tracks(clip())
    assert len(track) == FRAMES and {int(area) for _, area, _ in track} == {36}
    np.testing.assert_allclose([hue for _, _, hue in track], 120, atol=1)
    assert tracks.is_kept(track)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"hue": lambda t: 120 + 3 * t}, True),  # 16.5 degrees either way of the median.
        ({"hue": lambda t: 120 + 5 * t}, False),
        ({"hue": lambda t: 357 + t}, True),  # Across 360.
        ({"side": lambda t: 10 + (t > 5)}, True),  # Areas of 100 and 121.
        ({"side": lambda t: 6 + 2 * (t > 5)}, False),  # 36 and 64.
    ],
)
def test_hue_and_area_within_bounds(changes, kept):
    (track,) = tracks.tracks(clip(**changes))
    assert len(track) == FRAMES and tracks.is_kept(track) == kept


def test_tracks_end_where_forms_jump_or_vanish():
    jumps = tracks.tracks(clip(left=lambda t: 4 if t < 9 else 18))
    assert sorted(map(len, jumps)) == [3, 9]
    assert [tracks.is_kept(track) for track in sorted(jumps, key=len)] == [False, True]
    assert sorted(map(len, tracks.tracks(clip(shown=lambda t: t != 4)))) == [4, 7]


def test_two_forms_are_two_tracks():
    video = clip()
    video[:, 24:28, 10:14] = [255, 0, 0]
    assert sorted(track[0][1] for track in tracks.tracks(video)) == [16, 36]


def test_figures():
    glides, changes, blinks = clip(), clip(hue=lambda t: 9 * t), clip(shown=lambda t: t % 2 == 0)
    found = tracks.figures(np.stack([glides, changes, blinks]))
    assert found["tracks_kept"] == 1 / 2 and found["long_tracks_per_clip"] == 2 / 3
    assert found["pixels_kept"] == pytest.approx(12 / (12 + 12 + 6))
