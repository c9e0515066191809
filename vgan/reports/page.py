"""Building blocks of an HTML page that is a single file: no scripts, and nothing to load."""

import html

from vgan.core.files import replace_text
from vgan.media import player

# System colours follow the reader's choice of a light or a dark page.
_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 18%, Canvas);
  --quiet: color-mix(in srgb, CanvasText 68%, Canvas) }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 1200px; margin: 0 auto; padding: 1.5em }
h1 { font-size: 1.6em; margin: 0 } h2 { font-size: 1.2em; margin: 2em 0 .4em }
p { margin: .4em 0; max-width: 60em } .quiet, figcaption { color: var(--quiet) }
.warning { border-left: 4px solid #d55e00; padding-left: .7em }
.wide { overflow-x: auto }
.flow { display: flex; flex-wrap: wrap; gap: 1em; margin: .8em 0 }
.card { border: 1px solid var(--line); border-radius: 6px; padding: .6em }
.pair { display: flex; gap: .4em }
.figure { font-size: 1.7em; font-weight: 600 }
figure { margin: 0 } figcaption { font-size: .8em }
img { display: block }
svg { max-width: 100%; height: auto }
table { border-collapse: collapse }
th, td { text-align: left; padding: .3em .8em .3em 0; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; vertical-align: top; white-space: nowrap }
td:last-child { white-space: normal }
th { font-weight: 600 }
"""


class Html(str):
    """Text that is HTML already. All other text is escaped where it enters a page."""


def element(tag, *parts, **attributes):
    """An element of HTML.

    Args:
      tag: its name.
      parts: what is in it: Html, or anything that becomes text.
      attributes: by name; `class_` is written `class`.
    """
    written = "".join(
        f' {name.rstrip("_")}="{html.escape(str(value))}"' for name, value in attributes.items()
    )
    return Html(f"<{tag}{written}>{join(*parts)}</{tag}>")


def join(*parts):
    """Parts one after the other, as Html."""
    return Html("".join(p if isinstance(p, Html) else html.escape(str(p)) for p in parts))


def section(title, *parts):
    """A heading and what belongs to it."""
    return element("section", element("h2", title), *parts)


def quiet(text):
    """A paragraph of explanation."""
    return element("p", text, class_="quiet")


def flow(*parts):
    """Parts side by side, as many in a row as there is room for."""
    return element("div", *parts, class_="flow")


def table(rows, header=()):
    """A table that scrolls on its own where it is wider than the page.

    Args:
      rows: lists of cells, text or Html; the first cell names the row.
      header: as many cells, or none.
    """
    head = element("tr", *(element("th", cell, scope="col") for cell in header))
    body = [
        element("tr", element("th", name, scope="row"), *(element("td", cell) for cell in cells))
        for name, *cells in rows
    ]
    parts = [element("thead", head)] if header else []
    whole = element("table", *parts, element("tbody", *body))
    return element("div", whole, class_="wide")


def clip(video, fps, caption, width=player.WIDTH):
    """A clip that plays over and over, with a caption below it; arguments as of player.image."""
    image = Html(player.image(video, fps, caption, width))
    return element("figure", image, element("figcaption", caption))


def number(value):
    """A number as text, of at least three digits; a dash for None."""
    if value is None:
        return "–"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def interval(bounds):
    """Two numbers as text; a dash for None."""
    return "–" if bounds is None else f"{number(bounds[0])} to {number(bounds[1])}"


def write(path, title, *parts):
    """Writes a page to a file that appears only when it is complete, replacing an older one."""
    head = element(
        "head",
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title),
        element("style", Html(_STYLE)),
    )
    body = element("body", element("h1", title), *parts)
    text = f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"
    # ASCII, since a file name may hold what UTF-8 can't.
    replace_text(path, text.encode("ascii", "xmlcharrefreplace").decode())
