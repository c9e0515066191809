"""H.264 of at most so many bytes."""

import numpy as np

from vgan.media import mp4

FRAMES = np.random.default_rng(0).integers(0, 256, (6, 33, 47, 3), np.uint8)


def of(most):
    return mp4.beneath(lambda: iter(FRAMES), 8, (33, 47), most)


def test_it_is_the_best_that_fits():
    data, crf = of(6000)
    assert len(data) <= 6000 and 0 < crf < 51
    assert len(mp4._encoded(iter(FRAMES), 8, (33, 47), crf - 1)) > 6000
    made = np.stack(list(mp4.decoded(data, (33, 47))))
    assert made.shape == FRAMES.shape


def test_the_coarsest_where_none_fits():
    data, crf = of(1)
    assert crf == 51 and len(data) > 1
