"""Packed videos: what is written comes back, and what isn't one is named."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from vgan.core.errors import DataError, UsageError
from vgan.media import packed

NOTES = {"fps": 12.5, "size": (18, 26), "frames": 11, "model": "abc", "step": 0.5}
CODES = np.random.default_rng(0).integers(-128, 128, (4, 2, 4, 5, 7)).astype(np.int8)


def test_codes_come_back(tmp_path):
    packed.write(tmp_path / "a.vgz", packed.Packed(**NOTES, codes=CODES))
    found = packed.read(tmp_path / "a.vgz")
    np.testing.assert_array_equal(found.codes, CODES)
    assert found._replace(codes=None) == packed.Packed(**NOTES)


def test_pictures_come_back_in_their_order(tmp_path):
    frames = np.random.default_rng(0).integers(0, 256, (12, 8, 10, 3), np.uint8)
    pictures = [packed.picture(frame, 90) for frame in frames]
    about = NOTES | {"step": None, "every": 1, "frames": 12, "pixel_aspect": 1.5, "label": 2}
    packed.write(tmp_path / "a.vgz", packed.Packed(**about, pictures=pictures))
    assert packed.read(tmp_path / "a.vgz").pictures == pictures
    with Image.open(io.BytesIO(pictures[0])) as image:
        assert image.format == "WEBP" and image.size == (10, 8)


@pytest.mark.parametrize(
    "changes",
    [
        {"frames": 0},
        {"fps": float("nan")},
        {"size": [3]},
        {"shape": [4, 2, 4, 5, 8]},
        {"step": 0},
        {"fps": "x"},
    ],
    ids=str,
)
def test_notes_that_make_no_sense(tmp_path, changes):
    path = tmp_path / "a.vgz"
    packed.write(path, packed.Packed(**NOTES, codes=CODES))
    with zipfile.ZipFile(path) as file:
        notes, codes = json.loads(file.read("vgan.json")), file.read("codes.xz")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("vgan.json", json.dumps(notes | changes))
        file.writestr("codes.xz", codes)
    with pytest.raises(DataError, match="a.vgz': can't be read"):
        packed.read(path)


@pytest.mark.parametrize("data", [b"", b"not a zip file", b"PK\x03\x04" + 60 * b"\x00"])
def test_a_file_that_is_none(tmp_path, data):
    (tmp_path / "a.vgz").write_bytes(data)
    with pytest.raises(DataError, match="can't be read"):
        packed.read(tmp_path / "a.vgz")


def test_a_file_whose_table_of_contents_lies_elsewhere(tmp_path):
    path = tmp_path / "a.vgz"
    packed.write(path, packed.Packed(**NOTES, codes=CODES))
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    data[end + 16] = (data[end + 16] + 50) % 256
    path.write_bytes(data)
    with pytest.raises(DataError, match="can't be read"):
        packed.read(path)


def test_a_video_that_could_not_be_read_again_is_not_packed(tmp_path):
    with pytest.raises(UsageError, match="Pack a part of it"):
        packed.write(tmp_path / "a.vgz", packed.Packed(**NOTES | {"frames": 2**21}, codes=CODES))
    assert not (tmp_path / "a.vgz").exists()
