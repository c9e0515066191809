"""Names of strangers where people read them."""

import pytest

from vgan.core.escaping import cell, markdown, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("häuser und 猫.mp4", "häuser und 猫.mp4"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\r\nvgan: error", "a\\r\\nvgan: error"),
        ("\x9b31m", "\\x9b31m"),
        ("txt.\u202egpj", "txt.\\u202egpj"),
        ("\udcff.mp4", "\\udcff.mp4"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_a_terminal_obeys_no_name(text, shown):
    assert plain(text) == shown


def test_markdown_shows_a_name_as_it_is():
    assert markdown("<img src=x onerror=alert(1)>") == "`<img src=x onerror=alert(1)>`"
    assert markdown("a|b\n# c") == "`a|b\\n# c`" and cell("a|b") == "`a\\|b`"
    assert markdown(" a ") == "`  a  `"
    assert markdown("`<b>`` ") == "``` `<b>``  ```"
