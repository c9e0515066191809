import drift
import numpy as np

from vgan.core.clip import ClipSpec
from vgan.tasks import given
from vgan.tasks.task import Task


def test_a_video_goes_on_from_its_own_last_frames():
    """A model that counts: each frame is one above the one before it."""

    class Counting:
        clip = ClipSpec(8, 8, 8)

        def complete(self, pixels, kinds, seed, samples, labels):
            assert seed == 5
            asked.append(labels[0])
            known = (kinds == given.KNOWN).all((0, 2, 3, 4)).sum()
            steps = np.maximum(np.arange(pixels.shape[1]) - known + 1, 0)
            return pixels + np.uint8(steps)[:, None, None, None]

    asked = []
    begun = np.stack([np.zeros([2, 8, 8, 3], np.uint8), np.full([2, 8, 8, 3], 100, np.uint8)])
    task = Task("prediction(given=2)")
    made = drift.continued(Counting(), task, 5, begun, np.array([1, 0]), added=12)
    assert made[0, :, 0, 0, 0].tolist() == [0, *range(13)]
    assert made[1, :, 0, 0, 0].tolist() == [100, *range(100, 113)]
    assert asked == [1, 1, 1, 0, 0, 0]


def test_the_columns_of_a_turn():
    rng = np.random.default_rng(0)
    real = rng.integers(0, 100, [3, 6, 16, 16, 3], np.uint8)
    made = real.copy()
    made[:, 3:] += 10
    row = drift.figures(made[:, 2:6], real, slice(2, 6), known=2)
    assert abs(row["psnr"] - 20 * np.log10(255 / 10)) < 0.01
    assert row["psnr_last_frame"] < row["psnr"]
    assert 0.5 < row["magnitude_ratio"] < 1.5 and row["sharpness_ratio"] > 0.9
    assert row["colour_drift"] > row["colour_drift_real"]
