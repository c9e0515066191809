import numpy as np
import pytest

from vgan.core.errors import UsageError
from vgan.treatments import crop


def run(video, **options):
    return np.stack(list(crop.treatment(**options)(iter(video), 25)[0]))


def test_by_hand():
    video = np.arange(2 * 5 * 7 * 3, dtype=np.uint8).reshape(2, 5, 7, 3)
    np.testing.assert_array_equal(run(video, height=2, width=3), video[:, 1:3, 2:5])
    np.testing.assert_array_equal(run(video, height=5, width=7), video)
    made = run(video, height=2, width=3, top=3, left=0)
    np.testing.assert_array_equal(made, video[:, 3:5, 0:3])
    np.testing.assert_array_equal(run(video, height=2, width=3, left=4), video[:, 1:3, 4:7])


@pytest.mark.parametrize(
    "options",
    [{"height": 6, "width": 3}, {"height": 2, "width": 3, "top": 4}, {"height": 2, "width": 8}],
)
def test_outside_of_the_frame(options):
    with pytest.raises(UsageError, match=r"not inside frames of 5x7 \(height x width\)"):
        run(np.zeros((2, 5, 7, 3), np.uint8), **options)
