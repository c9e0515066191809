import numpy as np
import pytest
from PIL import Image

from vgan.core.errors import DataError
from vgan.media.source import open_video
from vgan.media.still import read_picture


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
def test_what_is_transparent_is_black(tmp_path, mode):
    """White, of which the left pixel can't be seen and, with an alpha, the middle one by half."""
    image = Image.new("RGBA", (3, 1), (255, 255, 255, 255))
    image.putalpha(Image.frombytes("L", (3, 1), bytes([0, 128, 255])))
    more, expected = {}, [0, 128, 255]
    if mode == "P":
        image = Image.frombytes("P", (3, 1), bytes([0, 1, 2]))
        image.putpalette([255] * 9)
        more = {"transparency": bytes([0, 128, 255])}
    elif mode == "RGB":
        image = Image.frombytes("RGB", (3, 1), bytes([9, 9, 9, 7, 7, 7, 255, 255, 255]))
        more, expected = {"transparency": (9, 9, 9)}, [0, 7, 255]
    image.convert(mode).save(tmp_path / "a.png", **more)
    for picture in (read_picture(tmp_path / "a.png"), next(iter(open_video(tmp_path / "a.png")))):
        np.testing.assert_array_equal(picture, np.repeat(expected, 3).reshape(1, 3, 3))


@pytest.mark.parametrize("content", [None, b"", b"text", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_named(tmp_path, content):
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"picture .*a.png': can't be read"):
        read_picture(path)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of what it passed over.
@pytest.mark.parametrize("name", ["a.jpg", "a.tiff", "a.png", "a.webp"])
def test_any_damage_is_one_line(tmp_path, name):
    """Pillow raises SyntaxError, struct.error, KeyError, OverflowError and others."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "what it shows"
    noise = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / name, exif=exif)
    whole = (tmp_path / name).read_bytes()
    rng, told = np.random.default_rng(1), 0
    for _ in range(300):
        damaged = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 200), 6):
            damaged[place] = rng.integers(256)
        (tmp_path / name).write_bytes(damaged)
        try:
            assert read_picture(tmp_path / name).dtype == np.uint8
        except DataError as error:
            told += 1
            assert "can't be read (" in str(error) and "\n" not in str(error)
    assert told > 20


def test_a_damaged_picture_is_named(tmp_path):
    """Its second block of data has a broken name, at which Pillow raises a SyntaxError."""
    path = tmp_path / "a.png"
    picture = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    Image.fromarray(picture).save(path)
    data = bytearray(path.read_bytes())
    second = data.index(b"IDAT", data.index(b"IDAT") + 4)
    data[second : second + 4] = b"\x00\x01\x02\x03"
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"picture .*a.png': can't be read \(broken PNG"):
        read_picture(path)
