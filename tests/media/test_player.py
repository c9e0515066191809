import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from vgan.core.errors import UsageError
from vgan.media.player import Player


def test_each_clip_plays_with_the_pixels_it_has():
    videos = np.random.default_rng(0).integers(0, 256, (2, 3, 8, 16, 3), np.uint8)
    text = Player(videos, 8)._repr_html_()
    images = re.findall(r'base64,([^"]+)" alt="video (\d)" width="128" height="64"', text)
    assert [number for _, number in images] == ["0", "1"]
    for (data, _), video in zip(images, videos, strict=True):
        played = Image.open(io.BytesIO(base64.b64decode(data)))
        for number, frame in enumerate(video):
            played.seek(number)
            np.testing.assert_array_equal(np.asarray(played.convert("RGB")), frame)


def test_one_clip_and_what_it_says_of_itself():
    assert repr(Player(np.zeros([3, 8, 16, 3], np.uint8), 8)).startswith("1 videos of 3x8x16")


@pytest.mark.parametrize("videos", [np.zeros([3, 8, 16, 3]), np.zeros([2, 2], np.uint8)])
def test_what_can_not_be_played(videos):
    with pytest.raises(UsageError, match="not uint8"):
        Player(videos, 8)
