"""Faces do what their label says."""

import numpy as np

from vgan.core.clip import ClipSpec
from vgan.data.shapes import windows


def test_faces_keep_to_their_label():
    found = windows(ClipSpec(16, 64, 64), 1, "train", num_videos=12, scene="faces", objects=1)
    axis = {"turns": 1, "nods": 0, "tilts": 2}
    for index in range(12):
        (face,) = found._scene(index).spheres
        fixed = face.turns[:, axis[found.labels[found[index][1]]]]
        np.testing.assert_array_equal(fixed, np.eye(3)[[axis[found.labels[index % 3]]] * 16])
