import av
import numpy as np
import pytest
from PIL import Image

from vgan.media import imprint
from vgan.media.clips import write_video
from vgan.media.imprint import Imprint

VIDEO = np.random.default_rng(0).integers(0, 256, (3, 16, 24, 3), np.uint8)
TEXT = "made by vgan.generate: model gan, seed 3"


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_a_comment_comes_back(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    write_video(path, VIDEO, 10, imprint=Imprint(TEXT))
    assert imprint.read(path) == TEXT
    write_video(path, VIDEO, 10)
    assert imprint.read(path) == ""


def test_others_see_it(tmp_path):
    write_video(tmp_path / "a.mp4", VIDEO, 10, imprint=Imprint(TEXT))
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.metadata["comment"] == TEXT
    write_video(tmp_path / "a.gif", VIDEO, 10, imprint=Imprint(TEXT))
    with Image.open(tmp_path / "a.gif") as image:
        assert image.info["comment"] == TEXT.encode()


def test_a_seal_comes_before_the_file_does(tmp_path):
    for suffix in (".mp4", ".gif", ".webp"):
        path, seen = tmp_path / f"a{suffix}", []

        def seal(temporary, kind, path=path, seen=seen):
            seen.append((kind, path.exists()))
            temporary.write_bytes(temporary.read_bytes() + b"sealed")

        write_video(path, VIDEO, 10, imprint=Imprint(TEXT, seal))
        assert seen == [(suffix, False)] and path.read_bytes().endswith(b"sealed")


def test_a_comment_of_others_is_cut(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.gif", comment=b"\xff" * 5000)
    assert imprint.read(tmp_path / "a.gif") == "\ufffd" * 2000
