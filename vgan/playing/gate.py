"""The gate of the page's server: who may ask, by which name, and how much may be sent."""

import hmac
import json
import socket
import sys
import time
import typing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from vgan.core.errors import StorageError, VganError, told
from vgan.core.escaping import plain

ADDRESS = "127.0.0.1"
MOST_JSON, MOST_FILE = 2**24, 2**29
"""Bytes of a request, and of an uploaded file, above which nothing of it is read."""

UPLOAD = ["api", "files"]
_NAMES = {ADDRESS, "localhost", "[::1]"}
_PATIENCE = 3  # Seconds in which somebody who sends too much may finish, and then read why not.
_BLOCK = 2**16
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # The address of the page has the token.
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


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


def _no_number(text):
    raise ValueError(f"{text} is no number")


class Server(ThreadingHTTPServer):
    """A server on this machine alone.

    Args:
      port: to listen at, 0 for a free one.
      token: what each request must have.
      answer: Request -> Answer; it raises RefusedError, and VganError for what is to be told.
    Raises:
      StorageError: the port can't be had.
    """

    daemon_threads = True

    def __init__(self, port, token, answer):
        self.token, self.answer = token, answer
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            raise StorageError(
                f"port {port}: can't be had ({error.strerror}). Give another --port, or none"
            ) from None

    def handle_error(self, request, client_address):
        """Says in a line what went wrong, unless somebody just left."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"vgan: warning: {plain(told(error))}", file=sys.stderr)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "vgan", ""
    timeout = 60

    def log_message(self, *unused):
        """Nothing: the address of a request may have the token."""

    def send_error(self, code, message=None, explain=None):
        """What http.server finds wrong by itself."""
        self.close_connection = True
        self._send(as_json({"error": message or explain or str(code)}, code))

    def handle_expect_100(self):
        """Somebody asks whether a large body will be read."""
        try:
            self._admitted()
        except RefusedError as refused:
            self._refuse(refused)
            return False
        return super().handle_expect_100()

    def do_GET(self):  # noqa: N802
        request = None
        try:
            request = self._admitted()
            answer = self.server.answer(request)
        except RefusedError as refused:
            return self._refuse(refused, request)
        except VganError as error:
            status = 507 if isinstance(error, StorageError) else 400
            return self._refuse(RefusedError(status, str(error)), request)
        except ConnectionError:
            raise
        except Exception as error:  # A fault of ours, which must not end in silence.
            return self._refuse(RefusedError(500, f"unexpected: {told(error)}"), request)
        self.close_connection = self.close_connection or request.length > 0  # Of no use to anybody.
        self._send(answer)

    do_POST = do_DELETE = do_GET  # noqa: N815

    def _admitted(self):
        host = self.headers.get("Host", "").lower()
        if host.rpartition(":")[0] not in _NAMES and host not in _NAMES:
            raise RefusedError(403, f"host {plain(host)!r}: not this machine. Use http://{ADDRESS}")
        address = urlsplit(self.path)
        query = parse_qs(address.query).get("token", [""])[0]
        scheme, _, bearer = self.headers.get("Authorization", "").partition(" ")
        given = bearer if scheme == "Bearer" else query
        if not hmac.compare_digest(given.encode(errors="replace"), self.server.token.encode()):
            raise RefusedError(401, "wrong token: use the whole address that vgan.play printed")
        parts = [unquote(part) for part in address.path.split("/") if part]
        most = MOST_FILE if parts == UPLOAD else MOST_JSON
        return Request(self.command, parts, self.headers, self._length(most), self.rfile)

    def _length(self, most):
        """How many bytes follow; raises RefusedError."""
        text = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (text.isascii() and text.isdecimal()):
            raise RefusedError(411, "say by Content-Length how many bytes follow")
        length = int(text[:20])
        if length > most:
            sizes = f"{length / 1e6:,.0f} MB are too much: send {most / 1e6:,.0f} MB at most"
            raise RefusedError(413, sizes)
        return length

    def _refuse(self, refused, request=None):
        """Says why, and waits a little for a body to end: else its sender never reads the line."""
        unread = request.length if request else self.headers.get("Content-Length", "0") != "0"
        self.close_connection = self.close_connection or bool(unread)
        text = plain(" ".join(str(refused).split()))
        self._send(as_json({"error": text}, refused.status))
        if not unread:
            return
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_PATIENCE)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self.rfile.read1(_BLOCK):
            pass

    def _send(self, answer):
        self.send_response(answer.status)
        policy = f"{_POLICY}; {answer.policy}" if answer.policy else _POLICY
        headers = {"Content-Type": answer.kind, "Content-Length": len(answer.body)}
        headers |= {"Content-Security-Policy": policy} | _HEADERS
        headers |= {"Connection": "close"} if self.close_connection else {}
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(answer.body)
