"""Near duplicates, against looking at all pairs."""

import tracemalloc

import numpy as np
import pytest

from data_prep.judging.near_duplicates import duplicates, reasons


def flipped(rng, fingerprint, bits):
    """A copy that differs in so many bits."""
    loose = np.unpackbits(fingerprint.view(np.uint8))
    loose[rng.choice(loose.size, bits, replace=False)] ^= 1
    return np.packbits(loose).view(np.uint64)


def clips(seed, number=300, words=4):
    """Fingerprints at random, and as many again that differ from others in 0 to 50 bits."""
    rng = np.random.default_rng(seed)
    made = list(rng.integers(0, 2**64, (number, words), dtype=np.uint64))
    for _ in range(number):
        made.append(flipped(rng, made[rng.integers(len(made))], rng.integers(0, 51)))
    return np.stack(made)[rng.permutation(2 * number)]


def brute_force(fingerprints, distance):
    found = np.full(len(fingerprints), -1)
    for n, own in enumerate(fingerprints):
        near = np.bitwise_count(fingerprints[:n] ^ own).sum(axis=1) <= distance
        if near.any():
            found[n] = near.argmax()
    return found


@pytest.mark.parametrize(
    ("words", "distance"),
    [(4, 0), (4, 1), (4, 15), (4, 16), (4, 31), (1, 3), (1, 7), (2, 15), (3, 11), (3, 12)],
)
def test_all_that_looking_at_all_pairs_finds(words, distance):
    for seed in range(2):
        fingerprints = clips(seed, words=words)
        known = brute_force(fingerprints, distance)
        assert (known >= 0).any() and (known < 0).any()
        np.testing.assert_array_equal(duplicates(fingerprints, distance), known)


def test_bits_that_differ_spread_over_all_bands():
    """One band is within the share of the distance; there a clip that is far has the same."""
    zero = np.zeros(16, np.uint16)
    far, other = np.full(16, 0xFFFF, np.uint16), np.full(16, 0b11, np.uint16)
    far[9], other[9] = 0, 0b1
    three = np.stack([far, zero, other]).view(np.uint64)
    assert duplicates(three, 31).tolist() == [-1, -1, 1]
    assert duplicates(three, 30).tolist() == [-1, -1, -1]


def test_a_bit_in_each_band():
    pair = np.repeat(np.array([[0], [0b1]], np.uint16), 16, axis=1).view(np.uint64)
    assert duplicates(pair, 16).tolist() == [-1, 0]
    assert duplicates(pair, 15).tolist() == [-1, -1]


def test_few_values_in_few_bands():
    """Clips that share most bands, as in one place: long rows to look through."""
    rng = np.random.default_rng(0)
    fingerprints = np.zeros([500, 4], np.uint64)
    fingerprints[:, 1] = rng.integers(0, 2**64, 500, dtype=np.uint64)
    np.testing.assert_array_equal(duplicates(fingerprints, 20), brute_force(fingerprints, 20))


def test_a_row_of_neighbours():
    """Each is near the one before, not the one before that."""
    row = [[0], [0b1111], [0b11111111]]
    assert duplicates(np.array(row, np.uint64), 4).tolist() == [-1, 0, 1]


def test_none_and_one():
    assert duplicates(np.zeros([0, 4], np.uint64), 31).tolist() == []
    assert duplicates(np.zeros([1, 4], np.uint64), 31).tolist() == [-1]
    assert reasons([], np.zeros([0, 4], np.uint64), 31) == []


def test_reasons():
    row = np.array([[0], [0b111], [2**64 - 1]], np.uint64)
    assert reasons(["a", "b", "c"], row, 5) == [
        "",
        "near_duplicates: 3 bits from 'a', at most 5",
        "",
    ]


def test_memory_of_many():
    fingerprints = np.random.default_rng(0).integers(0, 2**64, (20_000, 4), dtype=np.uint64)
    tracemalloc.start()
    assert (duplicates(fingerprints, 15) == -1).all()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**23
