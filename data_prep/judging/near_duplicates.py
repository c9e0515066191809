"""Which clips of a set are nearly the same as an earlier one, by their fingerprints."""

import numpy as np

_BAND = 16  # Bits.


def duplicates(fingerprints, distance):
    """Finds for each clip the first earlier one whose fingerprint differs in few bits.

    No pair is missed: of two fingerprints within the distance, cut into bands of 16 bits, one
    band differs in no more than its share of the distance, so clips are looked up by all such
    values of each band.

    Args:
      fingerprints: uint64 [N, K].
      distance: bits that may differ, from 0. Each full 4 K bits make it several times as long.
    Returns:
      int64 [N]: the number of the first earlier near duplicate, or -1. It may have one itself.

    Source: multi-index hashing, Norouzi, Punjani and Fleet, "Fast Search in Hamming Space with
    Multi-Index Hashing", 2012.
    """
    fingerprints = np.ascontiguousarray(fingerprints, np.uint64)
    first = np.arange(len(fingerprints))
    bands = fingerprints.view(np.uint16)
    radius = distance // bands.shape[1]
    changes = [change for change in range(1 << _BAND) if change.bit_count() <= radius]
    for band in bands.T:
        order = np.argsort(band, kind="stable")
        ends = np.concatenate([[0], np.cumsum(np.bincount(band, minlength=1 << _BAND))])
        for change in changes:
            value = band ^ np.uint16(change)
            found = order, ends[value], ends[value + np.int64(1)]
            _lower(first, fingerprints, distance, *found)
    return np.where(first < np.arange(len(first)), first, -1)


def reasons(keys, fingerprints, distance):
    """Why clips are to be dropped as near duplicates of earlier ones.

    Args:
      keys: N names.
      fingerprints: uint64 [N, K].
      distance: bits that may differ.
    Returns:
      list of N texts, "" to keep the clip: of clips that are near one another, in a row, the first.
    """
    found = duplicates(fingerprints, distance)
    differing = np.bitwise_count(fingerprints ^ fingerprints[found]).sum(axis=1)
    return [
        f"near_duplicates: {bits} bits from {keys[other]!r}, at most {distance}"
        if other >= 0
        else ""
        for other, bits in zip(found, differing, strict=True)
    ]


def _lower(first, fingerprints, distance, order, begin, end):
    """Lowers `first`, in place, to the first clip in order[begin:end] that is near enough.

    Those numbers ascend, so a clip is done at its first hit, or when they reach what is known.
    """
    clips = np.flatnonzero(begin < end)
    place = begin[clips]
    while len(clips):
        other = order[place]
        lower = other < first[clips]
        clips, place, other = clips[lower], place[lower], other[lower]
        differing = np.bitwise_count(fingerprints[clips] ^ fingerprints[other])
        hit = differing.sum(axis=1, dtype=np.int64) <= distance
        first[clips[hit]] = other[hit]
        clips, place = clips[~hit], place[~hit] + 1
        left = place < end[clips]
        clips, place = clips[left], place[left]
