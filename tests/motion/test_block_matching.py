import numpy as np
import pytest

from tests.motion.textures import Texture, affine_pair, endpoint_error
from vgan.motion.block_matching import search

STILL = np.eye(2)


def grey_pair(shift, size=64, seed=0):
    first, second, flow = affine_pair(Texture(seed), STILL, shift, size)
    return first[0, ..., 0], second[0, ..., 0], flow


@pytest.mark.parametrize("cost", ["absolute", "squared"])
@pytest.mark.parametrize("subpixel", [False, True])
@pytest.mark.parametrize("shift", [(3, 0), (0, -3), (-8, 8), (0, 0)])
def test_integer_shift_is_exact(cost, subpixel, shift):
    first, second, flow = grey_pair(shift)
    found = search(first, second, cost=cost, subpixel=subpixel)
    np.testing.assert_array_equal(found[8:-8, 8:-8], flow[0, 8:-8, 8:-8])


# Half of a block at the border, or in a corner, is still inside.
@pytest.mark.parametrize("shift", [(-4, 0), (0, 4), (2, -2)])
def test_motion_across_the_border_is_found(shift):
    first, second, flow = grey_pair(shift)
    np.testing.assert_array_equal(search(first, second), flow[0])


def test_against_a_plain_search():
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 256, (2, 10, 13)).astype(int)
    block, radius = 4, 3
    found = search(first, second, block, radius)
    for top in range(0, 10, block):
        for left in range(0, 13, block):
            rows = np.arange(top, min(top + block, 10))[:, None]
            columns = np.arange(left, min(left + block, 13))
            costs = {}
            for dy in range(-radius, radius + 1):
                for dx in range(-radius, radius + 1):
                    y, x = rows + dy, columns + dx
                    inside = (y >= 0) & (y < 10) & (x >= 0) & (x < 13)
                    if inside.mean() >= 0.5:
                        moved = second[np.clip(y, 0, 9), np.clip(x, 0, 12)]
                        difference = np.abs(moved - first[rows, columns])[inside].mean()
                        costs[dx, dy] = difference + 0.3 * np.hypot(dx, dy)
            best = min(costs, key=costs.get)
            assert (found[rows, columns] == best).all()


def test_parabola_lowers_the_error_of_fractional_shifts():
    errors = {False: [], True: []}
    for seed in range(4):
        first, second, flow = grey_pair((1.5, -0.5), seed=seed)
        for subpixel, found in errors.items():
            estimated = search(first, second, cost="squared", subpixel=subpixel)
            found.append(endpoint_error(estimated[None], flow))
    assert np.mean(errors[False]) < 0.75
    assert np.mean(errors[True]) < 0.6 * np.mean(errors[False])


def test_parabola_moves_by_half_a_pixel_at_most():
    first, second, _ = grey_pair((1.5, -0.5))
    fit = search(first, second, subpixel=True) - search(first, second)
    assert 0 < np.abs(fit).max() <= 0.5


def test_each_block_has_one_displacement_and_sizes_need_not_divide():
    first, second, flow = grey_pair((2, -1), size=61)
    second[16:24, 8:16] = first[16:24, 8:16]
    found = search(first, second)
    assert found.shape == (61, 61, 2)
    expected = flow[0].copy()
    expected[16:24, 8:16] = 0
    agree = (found == expected).all(axis=-1)
    assert agree[16:24, 8:16].all() and agree[24:, :56].all()


def test_flat_and_noisy_areas_stand_still():
    rng = np.random.default_rng(0)
    first, second = 128 + rng.normal(0, 1, (2, 64, 64))
    assert np.linalg.norm(search(first, second), axis=-1).mean() < 0.2
    assert not search(np.full((64, 64), 9), np.full((64, 64), 9), subpixel=True).any()


@pytest.mark.filterwarnings("error")
def test_frames_smaller_than_the_radius():
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 256, (2, 1, 3))
    found = search(first, second, subpixel=True)
    assert found.shape == (1, 3, 2) and np.isfinite(found).all()
