import numpy as np
import pytest
from PIL import Image

from data_prep.choosing import contact_sheet


def pictures(folder, count, size=(80, 40)):
    entries = []
    for number in range(count):
        path = folder / f"{number}.png"
        Image.new("RGB", size, (10 + number, 0, 200)).save(path)
        entries.append((path, f"{number} s"))
    return entries


def shades(sheet):
    """The reds of thumbnails in reading order."""
    pixels = np.asarray(sheet)
    rows = np.unique(np.where(pixels[..., 2] == 200)[0])
    found = []
    for row in rows:
        found += pixels[row][pixels[row, :, 2] == 200, 0].tolist()
    return list(dict.fromkeys(found))


def test_thumbnails_stand_in_order_with_captions_below(tmp_path):
    sheet = contact_sheet.draw(pictures(tmp_path, 7))
    assert shades(sheet) == list(range(10, 17))
    pixels = np.asarray(sheet)
    blue = (pixels == (10, 0, 200)).all(axis=-1)
    assert blue.sum() == 160 * 80  # Enlarged to 160 pixels, its shape kept.
    bottom = np.where(blue.any(axis=1))[0].max()
    caption = pixels[bottom + 1 : bottom + 14, 4:60]
    assert caption.max() > 150
    blank = contact_sheet.draw([(path, "") for path, _ in pictures(tmp_path, 7)])
    assert np.asarray(blank)[bottom + 1 : bottom + 14, 4:60].max() == 32


@pytest.mark.parametrize("size", [(1000, 2), (2, 1000), (1, 1)])
def test_any_shape(tmp_path, size):
    sheet = contact_sheet.draw(pictures(tmp_path, 3, size))
    assert len(shades(sheet)) == 3
    assert max(sheet.size) < 1000


def test_of_many_some_are_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(contact_sheet, "MOST", 4)
    assert shades(contact_sheet.draw(pictures(tmp_path, 31))) == [10, 20, 30, 40]
