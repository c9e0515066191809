"""The page: the files of `page/` as one, with nothing to load."""

import functools
import secrets
from pathlib import Path

from vgan.playing.gate import Answer

_FOLDER = Path(__file__).with_name("page")
_SCRIPTS = ("asking.js", "elements.js", "making.js", "completing.js", "start.js")
_POLICY = (
    "script-src 'nonce-{0}'; style-src 'nonce-{0}'; connect-src 'self'; img-src blob:; "
    "media-src blob:"
)


def answer():
    """The Answer that has the page."""
    nonce = secrets.token_urlsafe(16)
    text = _text().replace("NONCE", nonce)
    return Answer(text.encode(), "text/html; charset=utf-8", policy=_POLICY.format(nonce))


@functools.cache
def _text():
    script = "".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    style = (_FOLDER / "look.css").read_text(encoding="utf-8")
    text = (_FOLDER / "index.html").read_text(encoding="utf-8")
    return text.replace("/* STYLE */", style).replace("/* SCRIPT */", script)
