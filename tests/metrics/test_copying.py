import numpy as np
import pytest

from vgan.metrics import neighbours
from vgan.metrics.copying import nearest, thumbnails


def clips(count, frames=5, height=17, width=23, seed=0):
    return np.random.default_rng(seed).integers(
        20, 200, (count, frames, height, width, 3), np.uint8
    )


def frames_of(small):
    return (small * np.sqrt(small.shape[1])).reshape(len(small), 4, 16, 16, 3)


@pytest.mark.parametrize(
    "frames, chosen",
    [
        (1, [0, 0, 0, 0]),
        (2, [0, 0, 1, 1]),
        (3, [0, 1, 1, 2]),
        (4, [0, 1, 2, 3]),
        (6, [0, 2, 3, 5]),
        (16, [0, 5, 10, 15]),
    ],
)
@pytest.mark.parametrize("height, width", [(17, 23), (9, 40)])
def test_four_frames_from_first_to_last(frames, chosen, height, width):
    levels = np.arange(2 * frames, dtype=np.uint8).reshape(2, frames)
    videos = levels[:, :, None, None, None] * np.ones((height, width, 3), np.uint8)
    small = thumbnails(videos)
    assert small.shape == (2, 3072) and small.dtype == np.float64
    expected = levels[:, chosen, None, None, None] * np.ones((16, 16, 3))
    np.testing.assert_allclose(frames_of(small), expected, atol=1e-4)


def test_pixels_are_means_over_areas():
    videos = clips(2, 4, 32, 48)
    by_hand = videos.reshape(2, 4, 16, 2, 16, 3, 3).mean((3, 5))
    np.testing.assert_allclose(frames_of(thumbnails(videos)), by_hand, atol=1e-3)


def test_distance_is_root_mean_square():
    videos = clips(1, 4, 16, 16)
    half = videos.copy()
    half[:, :2] += 6
    found = neighbours.distances(thumbnails(videos), thumbnails(half)).item()
    assert found == pytest.approx(np.sqrt(36 / 2), abs=1e-4)


@pytest.mark.parametrize("height, width", [(16, 16), (17, 23), (9, 40)])
def test_copies_and_mirror_images_are_found(height, width):
    known = clips(5, height=height, width=width)
    made = np.stack([known[3], known[1][:, :, ::-1], known[4] + 7, known[0][:, :, ::-1] + 2])
    distances, numbers = nearest(thumbnails(made), thumbnails(known))
    assert numbers.tolist() == [3, 1, 4, 0]
    assert distances.shape == (4,) and distances.dtype == np.float64
    np.testing.assert_allclose(distances, [0, 0, 7, 2], atol=1e-3)


def test_a_clip_upside_down_or_backwards_is_another():
    known = clips(3)
    made = np.concatenate(
        [known[:1, :, ::-1], known[:1, ::-1], 255 - known[:1], known[:1, ..., ::-1]]
    )
    assert (nearest(thumbnails(made), thumbnails(known))[0] > 10).all()
