"""Fingerprints: of what they are made, and what changes them."""

import cv2
import numpy as np
import pytest
from scipy.fft import dctn

from data_prep.judging import fingerprint
from data_prep.judging.fingerprint import Fingerprint


def of(frames):
    seen = Fingerprint()
    for frame in frames:
        seen.see(frame)
    return seen


def distance(first, second):
    return int(np.bitwise_count(of(first).bits() ^ of(second).bits()).sum())


def clip(seed, frames=40, size=64):
    """A bright spot that goes its way before a still background, uint8 [T, H, W, 3]."""
    rng = np.random.default_rng(seed)
    ground = cv2.resize(
        rng.uniform(40, 200, (6, 6, 3)), (size, size), interpolation=cv2.INTER_CUBIC
    )
    start, way = rng.uniform(0.2, 0.8, 2), rng.uniform(-0.4, 0.4, 2)
    y, x = (np.indices((size, size)) + 0.5) / size
    made = []
    for t in np.linspace(0, 1, frames):
        centre = start + t * way
        spot = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / 0.02)
        made.append(ground + 60 * spot[..., None])
    return np.clip(np.rint(made), 0, 255).astype(np.uint8)


def test_waves_are_those_of_scipy():
    """Of 16 grey frames of 16 by 16 the bins are the frames."""
    frames = np.random.default_rng(0).integers(0, 256, (16, 16, 16)).astype(np.uint8)
    waves = dctn(frames.astype(float), norm="ortho") / 64
    known = [
        (1.5 * t + y + x, t, y, x, waves[t, y, x] > fingerprint._DEAD)
        for t, y, x in np.ndindex(8, 8, 8)
    ]
    ones = np.array([row[-1] for row in sorted(known)[1:257]])
    bits = np.unpackbits(of(np.repeat(frames[..., None], 3, -1)).bits().view(np.uint8))
    np.testing.assert_array_equal(bits.reshape(16, 16).T.ravel(), ones)


@pytest.mark.parametrize("length", [2, 16, 40, 63, 64, 65, 100, 129, 1000])
def test_bins_are_means_over_equal_parts(length):
    levels = np.random.default_rng(length).integers(0, 256, length)
    if length > 64:  # Blocks of frames, 64th parts of a clip or more, are shared: change slowly.
        levels = np.linspace(0, 255, length).round()
    seen = of(np.full([4, 4, 3], level, np.uint8) for level in levels)
    frame_ends = np.concatenate([[0], np.cumsum(levels)])
    known = np.diff(np.interp(np.linspace(0, length, 17), np.arange(length + 1), frame_ends))
    known = np.broadcast_to(known[:, None, None] / (length / 16), [16, 16, 16])
    np.testing.assert_allclose(seen._binned(), known, atol=2 if length > 64 else 1e-6)
    np.testing.assert_allclose(seen._binned().mean(), levels.mean())


def test_constant_memory():
    seen = of(np.zeros([10_000, 1, 1, 3], np.uint8))
    assert seen._sums.nbytes == 64 * 16 * 16 * 8 and seen._seen == 10_000


def test_what_makes_little_difference():
    for seed in range(6):
        video = clip(seed)
        smaller = np.stack([cv2.resize(f, (40, 48), interpolation=cv2.INTER_AREA) for f in video])
        brighter = np.clip(video.astype(int) + 5, 0, 255).astype(np.uint8)
        noise = np.random.default_rng(seed).normal(0, 4, video.shape)
        noisy = np.clip(video + noise, 0, 255).astype(np.uint8)
        jpeg = [cv2.imdecode(cv2.imencode(".jpg", f, [1, 30])[1], 1) for f in video]
        for other in (smaller, brighter, noisy, jpeg, video[::2]):
            assert distance(video, other) <= 20


def test_others_differ():
    videos = [of(clip(seed)).bits() for seed in range(12)]
    for n, first in enumerate(videos):
        for second in videos[:n]:
            assert np.bitwise_count(first ^ second).sum() > 48


def test_what_moves_otherwise_or_lies_otherwise_differs():
    video = clip(3)
    for other in (video[::-1], video[:, :, ::-1], video[:, ::-1]):
        assert distance(video, other) > 40


def test_noise_in_what_stands_still_decides_nothing():
    still = np.repeat(clip(5, frames=1), 40, axis=0)
    for seed in range(4):
        noise = np.random.default_rng(seed).normal(0, 3, still.shape)
        assert distance(still, np.clip(still + noise, 0, 255).astype(np.uint8)) <= 8


def test_black_has_no_bits():
    assert not of(np.zeros([5, 8, 8, 3], np.uint8)).bits().any()


def test_no_frames():
    with pytest.raises(ValueError, match="without frames"):
        Fingerprint().bits()
