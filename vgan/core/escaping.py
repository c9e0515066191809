"""Texts of strangers, such as names of files and labels, made harmless where people read them.

In HTML it is `html.escape` of Python that does it.
"""

import re


def plain(text):
    """Text on one line without what a terminal would obey: such characters as Python writes them.

    Among them are those that turn the direction of writing (Unicode's categories C and Z).
    """
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def markdown(text):
    """Text as Markdown that shows it as it is; `cell` does so in a table."""
    text = plain(text)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence, space = "`" * (longest + 1), " " * (longest > 0 or text[:1] == " " == text[-1:])
    return f"{fence}{space}{text}{space}{fence}"


def cell(text):
    """Text as Markdown that shows it as it is in a cell of a table."""
    return markdown(text).replace("|", "\\|")
