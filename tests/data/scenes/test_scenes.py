"""All scenes: their sizes, flow, and what is refused."""

import numpy as np
import pytest

from vgan.core import spec
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.data.shapes import windows
from vgan.motion import remap

EACH_SCENE = pytest.mark.parametrize("scene", spec.names("vgan.data.scenes.{}.scene"))


@EACH_SCENE
@pytest.mark.parametrize("size", [(16, 64, 64), (3, 20, 48), (1, 5, 7)])
def test_scenes_of_the_data(scene, size):
    clip = ClipSpec(*size)
    found = windows(clip, 1, "train", num_videos=9, scene=scene, objects=2)
    video, label = found[7]
    assert video.shape == clip.shape and video.dtype == np.uint8
    assert label == 7 % len(found.labels)
    np.testing.assert_array_equal(video, found[7][0])
    assert (video != found[8][0]).any()
    flow, visible = found.motion(7)
    assert flow.shape == (size[0] - 1, *size[1:], 2) and visible.shape == flow.shape[:-1]
    assert found.masks(7).shape == (2, *size)
    later = found.frames(7, np.array([found.extent(7)[1]]))[0]
    assert later.shape == (1, *clip.shape[1:])


@EACH_SCENE
def test_flow_explains_what_is_drawn(scene, no_light):
    found = windows(ClipSpec(16, 64, 64), 1, "train", num_videos=12, scene=scene, objects=1)
    for index in range(6):
        video, (flow, visible) = found[index][0], found.motion(index)
        moving = found.masks(index)[0, :-1] & visible & (np.hypot(*np.moveaxis(flow, -1, 0)) > 0.3)

        def left(flow, video=video, moving=moving):
            off = np.abs(remap.backward(video[1:], flow) - video[:-1]).mean(-1)
            return off[moving].mean()

        assert left(flow) < 0.85 * left(0 * flow) < 0.85 * left(-flow), index


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"scene": "clouds"}, "unknown. Choose balls, faces, forms"),
        ({"scene": "faces", "textured": True}, "are of scene='forms'"),
        ({"scene": "balls", "outlined": True}, "are of scene='forms'"),
    ],
)
def test_refused(how, message):
    with pytest.raises(UsageError, match=message.replace(".", r"\.")):
        windows(ClipSpec(4, 16, 16), 1, "train", **how)


def test_scenes_have_fingerprints_of_their_own():
    def fingerprint(**how):
        return windows(ClipSpec(4, 16, 16), 1, "train", **how).fingerprint

    assert len({fingerprint(), fingerprint(scene="balls"), fingerprint(scene="faces")}) == 3
    assert fingerprint() == fingerprint(scene="forms")
