"""Where flat forms are seen."""

import numpy as np

from vgan.core.clip import ClipSpec
from vgan.data.shapes import windows


def test_masks_of_flat_forms():
    found = windows(ClipSpec(8, 48, 48), 1, "train", num_videos=30, objects=2)
    for index in range(6):
        masks, (flow, _) = found.masks(index), found.motion(index)
        assert masks.shape == (2, 8, 48, 48) and not (masks[0] & masks[1]).any()
        moving = (flow != 0).any(-1)
        np.testing.assert_array_equal(masks[:, :-1].any(0), moving)
