import numpy as np

from vgan.treatments import resize


def run(frame, height, width):
    return next(iter(resize.treatment(height, width)(iter([frame]), 25)[0]))


def test_shrinking_takes_means_of_areas():
    frame = np.zeros((4, 6, 3), np.uint8)
    frame[:2, :3] = 100
    frame[0, 0] = 40
    made = run(frame, 2, 2)
    assert made[..., 0].tolist() == [[90, 0], [0, 0]]


def test_enlarging_is_cubic():
    frame = np.zeros((1, 4, 3), np.uint8)
    frame[:, 2:] = 128
    made = run(frame, 1, 8)[0, :, 0].astype(int)
    # Taps of Keys' kernel with a = -0.75: .879 and .262 near by, -.105 and -.035 farther off.
    expected = 128 * np.array([0, 0, 0, 0.227, 0.773, 1.105, 1.035, 1])
    assert np.abs(made - expected).max() <= 1


def test_one_axis_shrinks_while_the_other_grows():
    frame = np.repeat(np.arange(0, 80, 10, dtype=np.uint8)[:, None, None], 3, axis=2)
    frame = frame.repeat(2, axis=1)
    made = run(frame, 4, 6)
    assert made.shape == (4, 6, 3)
    assert made[:, 0, 0].tolist() == [5, 25, 45, 65]


def test_the_same_size_changes_nothing():
    frame = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    np.testing.assert_array_equal(run(frame, 9, 12), frame)
