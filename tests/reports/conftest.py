"""A strict reader of the pages that reports write, and an evaluation to write one of."""

import base64
import copy
import html.parser
import io
import re

import numpy as np
import pytest
from PIL import Image

VOID = {"meta", "img"}


class Page(html.parser.HTMLParser):
    """Attributes: elements, a list of (tag, attributes); text; tables, rows of texts."""

    def __init__(self, source):
        super().__init__()
        self.source, self.elements, self.text, self.tables = source, [], "", []
        self._open = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" not in self._open:
            self.text += data
        if "td" in self._open or "th" in self._open:
            self.tables[-1][-1][-1] += data

    def attributes(self, *names):
        """All values of attributes of these names."""
        return [found[name] for _, found in self.elements for name in names if name in found]

    def clips(self):
        """Frames of each clip, uint8 [T, H, W, 3], and its milliseconds a frame."""
        for source in self.attributes("src"):
            data = base64.b64decode(source.removeprefix("data:image/webp;base64,"))
            with Image.open(io.BytesIO(data)) as image:
                assert image.format == "WEBP"
                frames, times = [], []
                for number in range(image.n_frames):
                    image.seek(number)
                    frames.append(np.asarray(image.convert("RGB")))
                    times.append(image.info["duration"])
            yield np.stack(frames), times


@pytest.fixture(scope="session")
def read_page():
    """A function from a file to a Page that holds all it shows in itself, without a script."""

    def read(path):
        page = Page(path.read_text())
        tags = {tag for tag, _ in page.elements}
        assert not tags & {"script", "link", "iframe", "object", "base"}
        links = page.attributes("src", "href", "xlink:href", "srcset", "data")
        assert all(link.startswith(("data:image/webp;base64,", "#")) for link in links)
        assert "@import" not in page.source
        assert re.findall(r"url\((?!#)", page.source) == []
        names = page.attributes("id")
        assert len(set(names)) == len(names)
        assert {link[1:] for link in links if link.startswith("#")} <= set(names)
        assert not [name for _, given in page.elements for name in given if name[:2] == "on"]
        return page

    return read


SCORE = {"interval": [1.0, 3.0], "floor": 0.5, "n_generated": 9, "n_real": 9, "digest": "d1"}
SCORE |= {"over_floor": None}
EVALUATION = {
    "format": 1,
    "protocol": {
        "generated": "workdir 'runs/a', step 7, averaged weights",
        "data": "shapes()",
        "fingerprint": "f1",
        "split": "test",
        "clip": "3x4x6",
        "seed": 0,
        "n_generated": 9,
        "n_real": 9,
        "floor": "as many other real clips",
        "compressed": "",
        "versions": {"numpy": "2"},
    },
    "scores": {
        "frechet_motion": SCORE | {"value": 2.0, "better": "lower", "over_floor": 4.0},
        "frechet_motion_extrapolated": SCORE | {"value": 1.5, "better": "lower"},
        "kernel_i3d": SCORE | {"value": 0.25, "better": "lower", "floor": 1e-5},
        "recall": SCORE | {"value": 0.5, "better": "higher", "interval": None, "floor": 0.0},
        "coverage": SCORE | {"value": 0.25, "better": "higher", "over_floor": 0.5},
    },
    "statistics": {
        "magnitude": {
            "unit": "pixels a frame",
            "generated": 0.25,
            "interval": [0.125, 0.375],
            "real": 1234.4,
            "other_real": 0.75,
            "distance": 0.5,
            "distance_interval": [0.4, 0.6],
        },
        "near_static": {
            "unit": "share of clips",
            "generated": 0.1,
            "interval": None,
            "real": 0.0,
            "other_real": 0.0,
        },
    },
}


@pytest.fixture
def evaluation():
    """What a scores.json holds."""
    return copy.deepcopy(EVALUATION)


@pytest.fixture(scope="session")
def noise():
    """A function from a number and a seed to that many clips uint8 [3, 4, 6, 3]."""
    return lambda number, seed: np.random.default_rng(seed).integers(
        0, 256, [number, 3, 4, 6, 3], np.uint8
    )
