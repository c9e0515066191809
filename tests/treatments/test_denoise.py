import cv2
import numpy as np
import pytest

from vgan.treatments import denoise


@pytest.mark.parametrize(
    ("count", "radius", "expected"),
    [
        (4, 1, [[1, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 2]]),
        (3, 2, [[2, 1, 0, 1, 2], [1, 0, 1, 2, 1], [0, 1, 2, 1, 0]]),
        (2, 2, [[0, 1, 0, 1, 0], [1, 0, 1, 0, 1]]),
        (1, 1, [[0, 0, 0]]),
        (2, 0, [[0], [1]]),
        (0, 2, []),
    ],
)
def test_neighbourhoods_by_hand(count, radius, expected):
    assert list(denoise.neighbourhoods(range(count), radius)) == expected


def test_neighbourhoods_of_a_long_video_read_no_more_than_they_need():
    taken = []
    found = denoise.neighbourhoods((taken.append(n) or n for n in range(50)), 2)
    for centre, near in enumerate(found):
        if 2 <= centre < 48:
            assert near == list(range(centre - 2, centre + 3))
        assert len(taken) <= centre + 3


def test_noise_falls_and_edges_stay():
    rng = np.random.default_rng(0)
    clean = np.full((6, 32, 32, 3), 60, np.uint8)
    clean[:, :, 16:] = 180
    noisy = np.clip(clean + rng.normal(0, 8, clean.shape), 0, 255).astype(np.uint8)
    made = np.stack(list(denoise.treatment(strength=10, frames=3)(iter(noisy), 25)[0]))
    before, after = (np.square(v.astype(float) - clean).mean() for v in (noisy, made))
    assert after < before / 4
    assert np.abs(made[:, :, 15:17].astype(float) - clean[:, :, 15:17]).mean() < 6


def test_the_middle_frame_is_what_opencv_gives():
    video = np.random.default_rng(1).integers(0, 256, (5, 24, 24, 3), np.uint8)
    made = list(denoise.treatment(strength=20, frames=5)(iter(video), 25)[0])
    bgr = [np.ascontiguousarray(frame[..., ::-1]) for frame in video]
    expected = cv2.fastNlMeansDenoisingColoredMulti(bgr, 2, 5, None, 20, 20)[..., ::-1]
    np.testing.assert_array_equal(made[2], expected)
    assert (made[2] != video[2]).any()


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (5, 5)])
def test_small_frames(size):
    video = np.full((3, *size, 3), 77, np.uint8)
    made = np.stack(list(denoise.treatment()(iter(video), 25)[0]))
    assert made.shape == video.shape and np.abs(made.astype(int) - 77).max() <= 2
