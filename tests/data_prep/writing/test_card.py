"""What a person sees: the figures are right, the names are harmless, the pictures are the clips."""

import base64
import html.parser
import io
import os

import numpy as np
import pytest
from PIL import Image, ImageSequence

from data_prep import inspect
from data_prep.base.reading import Prepared
from data_prep.base.settings import Settings
from data_prep.writing import card
from data_prep.writing.summary import Summary

SHADES = (20 + np.arange(110) * 53 % 200).astype(np.uint8)  # WebP merges what is nearly equal.


def clip(first, count=5, side=16):
    """Frames whose shade tells which they are."""
    return np.zeros([count, side, side, 3], np.uint8) + SHADES[first:][:count, None, None, None]


class Page(html.parser.HTMLParser):
    """The pictures of a page and all of its tags."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.pictures, self.captions = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "img":
            attributes = dict(attrs)
            head, data = attributes["src"].split(",")
            assert head == "data:image/webp;base64"
            picture = Image.open(io.BytesIO(base64.b64decode(data)))
            self.pictures.append((attributes["alt"], picture))

    def handle_data(self, data):
        if self.tags[-1:] == ["figcaption"]:
            self.captions.append(data)
            self.tags.append("")


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


def test_a_page_plays_the_first_frames_of_each_clip(raw, tmp_path, prepare):
    for number in range(3):
        np.save(raw / f"{number}.npy", clip(20 * number, 5 if number else 40))
    prepare(raw, tmp_path / "out", (16, 16), fps=5.0)
    page = Page((tmp_path / "out" / "index.html").read_text())
    for number, (said, picture) in enumerate(page.pictures):
        assert said.startswith(f"{number}.npy, ") and said == page.captions[number]
        assert said.endswith("40 frames" if number == 0 else "5 frames")
        frames = [np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(picture)]
        shades = np.array(frames).mean(axis=(1, 2, 3))
        first = 20 * number
        count = 5 if number else card._PLAYED
        assert abs(shades - SHADES[first : first + count]).max() < 3
        assert picture.size == (16, 16) and picture.info["duration"] == 200
    assert len(page.pictures) == 3 and "3 clips" in (tmp_path / "out" / "index.html").read_text()


def test_the_sheet_shows_the_middle_of_each_clip(raw, tmp_path, prepare):
    for number in range(2):
        np.save(raw / f"{number}.npy", clip(30 * number))
    prepare(raw, tmp_path / "out", (16, 16))
    sheet = np.asarray(Image.open(tmp_path / "out" / "contact_sheet.png"))
    for shade in (SHADES[2], SHADES[32]):
        assert (sheet == shade).all(axis=2).sum() >= 150 * 150


def test_large_frames_are_shown_small(raw, tmp_path, prepare):
    np.save(raw / "a.npy", clip(0, 5, 8))
    prepare(raw, tmp_path / "out", (330, 480))
    ((_, picture),) = Page((tmp_path / "out" / "index.html").read_text()).pictures
    assert picture.size == (160, 110)


def test_names_are_text_and_no_markup(raw, tmp_path, prepare):
    label = "<b>'\"|`x`"
    (raw / label).mkdir()
    name = '"><script>alert(1)</script>&\n.npy'.replace("/", "∕")
    np.save(raw / label / name, clip(0))
    np.save(raw / "x.npy", clip(9))
    os.rename(raw / "x.npy", os.fsencode(raw) + b"/\xff.npy")
    prepare(raw, tmp_path / "out", (16, 16))
    text = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "b"} & set(page.tags)
    assert page.pictures[0][0].startswith(f"{label}/{name}, ".replace("\n", "\\n"))
    assert page.pictures[1][0].startswith("\\udcff.npy")
    readme = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "| `` <b>'\"\\|`x` `` | 1 |" in readme and "| (none) | 1 |" in readme


def test_the_figures_of_the_card():
    summary = Summary()
    rows = [("a", "train", 10, 5.0), ("a", "test", 2000, None), (None, "train", 1800, 0.5)]
    for number, (label, split, frames, fps) in enumerate(rows):
        summary.add(
            {"key": f"{number}", "label": label, "split": split, "frames": frames, "fps": fps,
             "short": number == 1} | ({"duplicate_of": "x"} if number == 2 else {})
        )  # fmt: skip
    for kind, count in (("bad", 3), ("dropped", 2), ("other", 1)):
        for _ in range(count):
            summary.leave_out({"kind": kind, "reason": "static: still"})
    lines = card.describe(summary, Settings(size=(36, 64), fps=12.5)).splitlines()
    table = dict(line.strip("| ").split(" | ") for line in lines if line.count(" | ") == 1)
    assert table["clips"] == "3"
    assert table["frames"] == "3,810 of 36x64 pixels (height x width), 8-bit RGB, PNG"
    assert table["hours"] == "1.00, where the frame rate is known"
    assert table["train, test"] == "2, 1 clips"
    assert table["end before their file says"] == "1"
    assert table["left out"] == "3 bad, 2 dropped, 1 other files; see skipped.jsonl"
    assert table["of files with equal bytes"] == "1"
    assert (table["`a`"], table["(none)"]) == ("2", "1")
    assert lines[-1] == 'Made with `{"size": [36, 64], "fps": 12.5}`.'


def test_of_many_labels_some_are_listed():
    summary = Summary()
    for number in range(40):
        row = {"key": f"{number}", "split": "train", "frames": 2, "fps": None, "short": False}
        summary.add({**row, "label": f"l{number:02}"})
    text = card.describe(summary, Settings())
    assert "| `l29` | 1 |" in text and "l30" not in text and "| and 10 more | |" in text


def test_a_terminal_obeys_no_label(raw, tmp_path, prepare, capsys):
    for number, label in enumerate(("red\x1b[31m", "two\nlines", "\u202ebackwards")):
        (raw / label).mkdir()
        np.save(raw / label / f"\x9b{number}.npy", clip(20 * number))
    prepare(raw, tmp_path / "out", (16, 16))
    print("\n".join(inspect.overview(Prepared(str(tmp_path / "out")))))
    said = "".join(capsys.readouterr())
    assert "red\\x1b[31m" in said and "two\\nlines" in said and "\\u202ebackwards" in said
    assert not set("\x1b\x9b\u202e") & set(said + (tmp_path / "out" / "README.md").read_text())
