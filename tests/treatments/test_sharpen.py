import numpy as np

from vgan.treatments import sharpen


def run(frame, **options):
    return next(iter(sharpen.treatment(**options)(iter([frame]), 25)[0]))


def test_a_point_by_hand():
    frame = np.full((21, 21, 3), 50, np.uint8)
    frame[10, 10] = 150
    kernel = np.exp(-np.square(np.arange(-4, 5)) / 2)
    kernel /= kernel.sum()
    made = run(frame, amount=0.5, sigma=1)
    # 150 + .5 * (100 - 100 * .3989^2) = 192; beside it 50 - .5 * 100 * .3989 * .2420 = 45.
    assert (made[10, 10] == round(150 + 50 * (1 - kernel[4] ** 2))).all() and made[10, 10, 0] == 192
    assert (made[10, 11] == 45).all() and (made[0] == 50).all()


def test_no_amount_and_flat_frames_change_nothing():
    frame = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    np.testing.assert_array_equal(run(frame, amount=0), frame)
    np.testing.assert_array_equal(run(np.full((9, 9, 3), 200, np.uint8)), 200)


def test_values_stay_in_range():
    frame = np.zeros((9, 12, 3), np.uint8)
    frame[:, 6:] = 255
    made = run(frame, amount=5, sigma=2)
    np.testing.assert_array_equal(made, frame)
