"""What is to be said of maps of what critics look at."""

from vgan.reports import page
from vgan.sampling.maps import picture

_HEADER = ("critic", "on what moves", "left out", "by random weights", "its size by those")

_WIDTH = 500
"""Of the maps on the page, in pixels."""


def table(found):
    """Lines for a terminal."""
    lines = [_HEADER, *_cells(found)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    yield from ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
    yield f"{found.moving:.1%} of the pixels move"
    for name in found.left_out:
        yield f"{name} looks at flow, through which no gradient comes back: no map"


def _cells(found):
    for name, row in found.rows.items():
        shares = (f"{row[field]:.1%}" for field in ("on_moving", "missing"))
        yield [name, *shares, *(f"{row[field]:+.2f}" for field in ("random", "random_size"))]


def section(found, fps):
    """The part of a page that shows them."""
    about = (
        "Orange pixels speak for real, blue ones against it, by integrated gradients from mid "
        f"grey; {found.moving:.1%} of the pixels move. The last two columns are rank correlations "
        "with the maps of critics of random weights, with and without the sign: a map that says "
        "something about this critic has none."
    )
    shown = page.clip(picture(found), fps, f"clips, and {', '.join(found.critics)}", _WIDTH)
    return page.section(
        "What critics look at",
        page.quiet(about),
        page.table(_cells(found), _HEADER),
        shown,
        *(page.quiet(f"{name} looks at flow: no map.") for name in found.left_out),
    )
