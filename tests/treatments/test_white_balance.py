import numpy as np

from vgan.treatments import white_balance


def balance(video):
    return np.stack(list(white_balance.treatment()(iter(video), 25)[0]))


def test_by_hand():
    # The mean is 100: gains of 1, 2 and 2/3.
    video = np.full((3, 4, 4, 3), (100, 50, 150), np.uint8)
    assert (balance(video) == 100).all()
    video[0, 0, 0] = video[0, 0, 1] = (0, 0, 0)
    made = balance(video)
    assert (made[0, 0, 0] == 0).all() and (made[2] == made[2, 0, 0]).all()


def test_gains_are_those_of_the_first_frames():
    video = np.full((10, 2, 2, 3), (100, 50, 150), np.uint8)
    video[8:] = (90, 150, 30)
    made = balance(video)
    assert made[8, 0, 0].tolist() == [90, 255, 20]


def test_an_empty_channel_stays_empty():
    made = balance(np.full((1, 2, 2, 3), (90, 60, 0), np.uint8))
    assert made[0, 0, 0].tolist() == [50, 50, 0]
