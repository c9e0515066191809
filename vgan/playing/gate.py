"""The gate of the page's server: who may ask, by which name, and how much may be sent."""

import hmac
import json
import typing
from urllib.parse import parse_qs, unquote, urlsplit

from vgan.core.escaping import plain

ADDRESS = "127.0.0.1"
MOST_JSON, MOST_FILE = 2**24, 2**29
"""Bytes of a request, and of an uploaded file, above which nothing of it is read."""

UPLOAD = ["api", "files"]
PROOF = ["api", "proof"]
"""Followed by a text: asks without the token whether it is known here, see `proof`."""

_NAMES = {ADDRESS, "localhost", "[::1]"}
_BLOCK = 2**16
_LONGEST = 20  # Digits of a length.


class RefusedError(Exception):
    """A request that isn't answered as it was asked: an HTTP status, and why, in one line."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Answer(typing.NamedTuple):
    """What is sent back.

    Attributes:
      body: bytes.
      kind: its media type.
      status: of HTTP.
      policy: more of the Content-Security-Policy than "nothing".
    """

    body: bytes
    kind: str = "application/json"
    status: int = 200
    policy: str = ""


def as_json(value, status=200):
    """An Answer of JSON."""
    return Answer(json.dumps(value).encode(), status=status)


class Request:
    """What is asked by somebody who may ask.

    Attributes:
      method: of HTTP.
      parts: the path between its slashes, decoded.
      headers: as http.server has them.
      length: bytes of the body that weren't read yet.
    """

    def __init__(self, method, parts, headers, length, file):
        self.method, self.parts, self.headers, self.length = method, parts, headers, length
        self._file = file

    def blocks(self):
        """The body, piece by piece; raises RefusedError where it ends too early."""
        while self.length:
            block = self._file.read(min(self.length, _BLOCK))
            if not block:
                raise RefusedError(400, "the request ended before what it announced. Send it again")
            self.length -= len(block)
            yield block

    def json(self):
        """The dict that the body holds; raises RefusedError."""
        try:
            found = json.loads(b"".join(self.blocks()), parse_constant=_no_number)
            if not isinstance(found, dict):
                raise ValueError("it is no object")
        except (ValueError, RecursionError) as error:
            raise RefusedError(400, f"the request is no JSON that can be used ({error})") from None
        return found


def proof(request, token):
    """The Answer to PROOF: a page that lost its server tells its token to none that can't give it.

    It is the HMAC-SHA256 of the text that was sent, by the token.
    """
    text = "/".join(request.parts[len(PROOF) :])
    return as_json({"proof": hmac.new(token.encode(), text.encode(), "sha256").hexdigest()})


def _no_number(text):
    raise ValueError(f"{text} is no number")


def admitted(method, path, headers, file, token):
    """The Request of somebody who may ask.

    Args:
      method, path, headers, file: of the request, as http.server has them.
      token: what it must have, but for PROOF.
    Raises:
      RefusedError: it names another machine, lacks the token, or announces too large a body.
    """
    host = headers.get("Host", "").lower()
    if host.rpartition(":")[0] not in _NAMES and host not in _NAMES:
        # By a name that suddenly leads here, a page from elsewhere could ask.
        raise RefusedError(403, f"host {plain(host)!r}: not this machine. Use http://{ADDRESS}")
    try:
        address = urlsplit(path)
    except ValueError:  # Brackets that hold no address.
        raise RefusedError(400, "this is no address") from None
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    given = bearer if scheme == "Bearer" else parse_qs(address.query).get("token", [""])[0]
    parts = [unquote(part) for part in address.path.split("/") if part]
    knows = hmac.compare_digest(given.encode(errors="replace"), token.encode())
    if not knows and parts[: len(PROOF)] != PROOF:
        raise RefusedError(401, "wrong token: use the whole address that vgan.play printed")
    most = MOST_FILE if parts == UPLOAD else MOST_JSON
    return Request(method, parts, headers, _length(headers, most), file)


def _length(headers, most):
    text = headers.get("Content-Length", "0")
    known = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    if "Transfer-Encoding" in headers or not known:
        raise RefusedError(411, "say by Content-Length how many bytes follow")
    if int(text) > most:
        sizes = f"{int(text) / 1e6:,.0f} MB are too much: send {most / 1e6:,.0f} MB at most"
        raise RefusedError(413, sizes)
    return int(text)
