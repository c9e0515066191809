import numpy as np
import pytest

from vgan.core.errors import UsageError
from vgan.treatments import smooth


def run(video, **options):
    return np.stack(list(smooth.treatment(**options)(iter(video), 25)[0])).astype(float)


def texture(height, width, seed=0):
    """A sum of waves of 8 pixels and more, which the flow can follow."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = rng.uniform(-0.7, 0.7, (12, 2))
    sums = sum(np.sin(a * x + b * y + n) for n, (a, b) in enumerate(waves))
    return (128 + 14 * sums).clip(0, 255)


def test_two_flat_frames_by_hand():
    video = np.stack([np.full((16, 16, 3), level, np.uint8) for level in (100, 110)])
    # Trust exp(-50 * 3 * (10 / 255)^2) = 0.794: 110 - 0.5 * 0.794 * 10 = 106.03.
    made = run(video)
    assert (made[0] == 100).all() and (made[1] == 106).all()
    assert (run(video, strength=0)[1] == 110).all()


def test_noise_of_a_still_scene_falls_as_the_recursion_says():
    rng = np.random.default_rng(0)
    scene = texture(48, 48)[..., None].repeat(3, -1)
    video = np.rint(scene + rng.normal(0, 3, (16, 48, 48, 3))).clip(0, 255).astype(np.uint8)
    made = run(video, estimator="farneback(window=31)")
    before, after = (np.square(v[8:] - scene).mean() for v in (video, made))
    # (1 - s) / (1 + s) = 1/3 where all is trusted.
    assert 0.28 < after / before < 0.5


def moving_square(frames=10, speed=3):
    video = np.empty((frames, 48, 64, 3), np.uint8)
    video[:] = (0.4 * texture(48, 64))[..., None]
    square = 130 + 0.45 * texture(16, 16, seed=1)
    for t in range(frames):
        left = 6 + speed * t
        video[t, 16:32, left : left + 16] = square[..., None]
    return video


def test_a_moving_square_leaves_no_ghost():
    video = moving_square()
    made = run(video, strength=0.8)
    assert np.abs(made - video).max() < 12
    behind = [np.abs(made[t] - video[t])[16:32, 3 * t : 3 * t + 6].max() for t in range(2, 10)]
    assert max(behind) < 10
    still = [video[0].astype(float)]
    for frame in video[1:]:  # The same mean without motion does draw one.
        still.append(0.2 * frame + 0.8 * still[-1])
    assert np.abs(np.stack(still) - video)[5, 16:32, 15:21].max() > 60


def test_flicker_of_a_moving_square_falls():
    video = moving_square(20, speed=1).astype(float)
    flicker = np.random.default_rng(0).uniform(-6, 6, (20, 1, 1, 1))
    shown = np.rint(video + flicker).clip(0, 255).astype(np.uint8)
    made = run(shown, strength=0.8)
    before, after = (np.abs(v - video)[6:].mean() for v in (shown, made))
    assert after < 0.6 * before


def test_frames_too_small_for_the_flow_are_told():
    with pytest.raises(UsageError, match="too small for dis"):
        run(np.zeros((2, 4, 4, 3), np.uint8))
