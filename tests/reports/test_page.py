"""The blocks that pages are made of."""

import numpy as np
import pytest

from vgan.reports import page

HOSTILE = """</title></style><script>alert("1")</script><img src=x onerror='a'> & &lt; \udcff"""


@pytest.fixture
def written(tmp_path, read_page):
    """A function from parts of a page to the page that is read again."""

    def write(*parts, title="a title"):
        page.write(tmp_path / "a.html", title, *parts)
        return read_page(tmp_path / "a.html")

    return write


def test_text_is_only_text_wherever_it_stands(written, noise):
    found = written(
        HOSTILE,
        page.section(HOSTILE, page.quiet(HOSTILE)),
        page.table([[HOSTILE, HOSTILE]], [HOSTILE, HOSTILE]),
        page.flow(page.element("p", HOSTILE, class_=HOSTILE)),
        page.clip(noise(1, 0)[0], 8, HOSTILE),
        title=HOSTILE,
    )
    shown = HOSTILE.replace("\udcff", "\ufffd")  # A byte of a file name that is no UTF-8.
    assert found.text.count(shown) == 11
    assert found.attributes("alt") == [shown]
    assert shown in found.attributes("class")
    assert [tag for tag, _ in found.elements].count("img") == 1


def test_html_is_not_escaped_again_and_joined_text_is(written):
    inner = page.element("b", "1 < 2")
    assert inner == "<b>1 &lt; 2</b>"
    assert page.join(inner, "<i>") == "<b>1 &lt; 2</b>&lt;i&gt;"
    assert page.element("p", inner + "<i>") == "<p>&lt;b&gt;1 &amp;lt; 2&lt;/b&gt;&lt;i&gt;</p>"


def test_a_table_has_its_cells(written):
    found = written(page.table([["a", 1], ["b", 2.5]], ["", "x"]), page.table([["c", 3]]))
    assert found.tables == [[["", "x"], ["a", "1"], ["b", "2.5"]], [["c", "3"]]]


def test_a_clip_plays_lossless_in_whole_zoom(written, noise):
    clip = noise(1, 1)[0]
    found = written(page.clip(clip, 8, "a"), page.clip(clip.repeat(60, 2), 25, "b"))
    (small, times), (large, _) = found.clips()
    np.testing.assert_array_equal(small, clip)
    np.testing.assert_array_equal(large, clip.repeat(60, 2))
    assert times == [125] * 3
    assert found.attributes("width") == ["126", "360"]  # 21 x 6, and as it is.
    assert found.attributes("height") == ["84", "4"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.012345, "0.0123"), (0, "0"), (999.4, "999"), (-12345.6, "-12346")],
)
def test_numbers(value, text):
    assert page.number(value) == text
