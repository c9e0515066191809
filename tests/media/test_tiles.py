import numpy as np
import pytest

from vgan.media import tiles


def test_mirrored_by_hand():
    found = tiles.mirrored(np.arange(-4, 9), 4)
    np.testing.assert_array_equal(found, [2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2])
    np.testing.assert_array_equal(tiles.mirrored(np.arange(-2, 3), 1), [0] * 5)
    np.testing.assert_array_equal(tiles.mirrored(np.arange(-2, 3), 2), [0, 1, 0, 1, 0])


def test_starts_by_hand():
    assert tiles.starts(100, 32, 8) == [0, 22, 45, 68]
    assert tiles.starts(56, 32, 8) == [0, 24]
    assert tiles.starts(57, 32, 8) == [0, 12, 25]
    assert tiles.starts(32, 32, 8) == tiles.starts(5, 32, 8) == [0]


@pytest.mark.parametrize("size", range(1, 40))
def test_starts_cover_with_equal_steps_and_enough_overlap(size):
    for tile in range(1, 9):
        for overlap in range(tile):
            first = tiles.starts(size, tile, overlap)
            assert first[0] == 0 and first[-1] == max(size - tile, 0)
            steps = set(np.diff(first))
            assert not steps or (max(steps) <= tile - overlap and max(steps) - min(steps) <= 1)


def test_ramp_by_hand():
    # 0.5 - 0.5 cos of 45 and of 135 degrees.
    np.testing.assert_allclose(tiles.ramp(2), [0.1464466, 0.8535534], rtol=1e-6)
    assert len(tiles.ramp(0)) == 0


def test_weights_by_hand():
    found = tiles.weights(6, 4, 2)
    low, high = 0.1464466, 0.8535534
    np.testing.assert_allclose(found, [[1, 1, high, low, 0, 0], [0, 0, low, high, 1, 1]], rtol=1e-6)


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_weights_add_up_to_one(scale):
    for size in range(1, 40):
        for tile in range(1, min(size, 9) + 1):
            for overlap in range(tile):
                found = tiles.weights(size, tile, overlap, scale)
                assert found.min() >= 0 and found.shape[1] == size * scale
                np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-6)


def test_a_tile_counts_only_where_it_lies():
    for row, start in zip(tiles.weights(50, 8, 5), tiles.starts(50, 8, 5), strict=True):
        assert not row[:start].any() and not row[start + 8 :].any()


@pytest.mark.parametrize("batch", [1, 2, 5, 100])
def test_tiles_are_given_in_batches_in_order(batch):
    given = []
    frames = list(np.arange(2 * 5 * 6 * 3, dtype=np.uint8).reshape(2, 5, 6, 3))

    def process(block):
        given.extend(block)
        assert len(block) <= batch
        return block

    made = tiles.process_tiled(frames, process, (3, 4), (1, 2), batch=batch)
    np.testing.assert_allclose(made, frames, atol=1e-4)
    corners = [(y, x) for y in (0, 2) for x in (0, 2)]
    expected = [np.stack(frames)[:, y : y + 3, x : x + 4] for y, x in corners]
    np.testing.assert_array_equal(given, expected)


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match="process gave"):
        tiles.process_tiled([np.zeros((4, 4, 3), np.uint8)], lambda b: b[:, :, 1:], (4, 4), (0, 0))
