"""What is seen of a video before it is cut."""

import numpy as np
import pytest

from data_prep.base.settings import Settings
from data_prep.inputs.survey import Borders, Motion, Survey, survey


def test_borders_are_what_is_dark_in_all_frames():
    borders = Borders()
    frame = np.full([20, 40, 3], 10, np.uint8)
    frame[5:12, 8:20] = 200
    other = np.full([20, 40, 3], 10, np.uint8)
    other[6:15, 10:32, 1] = 90
    borders.see(frame)
    borders.see(other)
    assert borders.content() == (5 / 20, 8 / 40, 15 / 20, 32 / 40)


def test_a_dark_video_has_no_borders():
    borders = Borders()
    borders.see(np.full([20, 40, 3], 20, np.uint8))
    assert borders.content() == (0, 0, 1, 1)


@pytest.mark.parametrize(("y", "x"), [(0.25, 0.75), (0.5, 0.125), (0.75, 0.5)])
def test_the_centre_of_what_moves(y, x):
    random, motion = np.random.default_rng(0), Motion()
    for step in range(8):
        frame = random.integers(100, 106, [64, 128, 3], np.uint8)  # Noise is everywhere.
        top, left = round(y * 64) - 4, round(x * 128) - 6 + step % 4
        frame[top : top + 8, left : left + 8] = 255
        motion.see(frame)
    assert motion.centre(Survey.content) == pytest.approx((y, x), abs=0.03)


def test_nothing_moves():
    motion = Motion()
    for _ in range(3):
        motion.see(np.full([8, 8, 3], 9, np.uint8))
    assert motion.centre((0.0, 0.5, 1.0, 1.0)) == (0.5, 0.75)
    assert Motion().centre(Survey.content) is None


class Source:
    """Two scenes with a border of black to the left and right."""

    reads = 0

    def frames(self, framing):
        assert framing.size is None
        self.reads += 1
        for shade in (60, 62, 64, 200, 202, 204):
            frame = np.zeros([16, 24, 3], np.uint8)
            frame[:, 4:20] = shade
            yield frame


def test_nothing_is_read_where_nothing_is_asked():
    source = Source()
    assert survey(source, Settings()) == Survey() and source.reads == 0


def test_borders_and_motion_in_one_reading():
    source = Source()
    found = survey(source, Settings(remove_borders=True, fit="motion"))
    assert found.content == (0, 4 / 24, 1, 20 / 24)
    assert found.centre == pytest.approx((0.5, 0.5)) and source.reads == 1


def test_motion_in_a_line_thinner_than_what_is_seen():
    motion = Motion()
    for shade in (50, 200):
        frame = np.zeros([300, 300, 3], np.uint8)
        frame[150] = shade
        motion.see(frame)
    content = (150 / 300, 0.0, 151 / 300, 1.0)
    assert motion.centre(content) == (150.5 / 300, 0.5)
