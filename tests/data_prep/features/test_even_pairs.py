"""Which frames of a clip of unknown length are looked at."""

import numpy as np
import pytest

from data_prep.features.description import COUNT, Watch


def starts(length):
    pairs = Watch([])
    for number in range(length):
        pairs.see(np.full([1, 1, 3], number))
    first, second = pairs.chosen()
    np.testing.assert_array_equal(second, first + 1)
    return first[:, 0, 0, 0].tolist()


def test_all_pairs_of_a_short_clip():
    assert starts(2) == [0]
    assert starts(9) == list(range(8))


def test_every_second_of_sixteen_frames():
    assert starts(16) == [0, 2, 4, 6, 8, 10, 12, 14]


@pytest.mark.parametrize("length", [*range(10, 70), 1000, 5000])
def test_long_clips_are_covered_evenly(length):
    found = starts(length)
    even = length / COUNT
    assert len(found) == COUNT and found[0] == 0
    assert length - 2 - found[-1] <= even
    assert max(np.diff(found)) <= 2 * min(np.diff(found))


def test_few_frames_are_held():
    pairs = Watch([])
    for number in range(3000):
        pairs.see(np.full([1, 1, 3], number))
        assert len(pairs._pairs) < 2 * COUNT


def test_one_frame_is_no_clip():
    pairs = Watch([])
    pairs.see(np.zeros([1, 1, 3]))
    with pytest.raises(ValueError, match="two frames"):
        pairs.chosen()
