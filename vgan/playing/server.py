"""The page's server: what http.server makes of requests, in front of it the gate."""

import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from vgan.core.errors import StorageError, VganError, told
from vgan.core.escaping import plain
from vgan.playing.gate import ADDRESS, PROOF, RefusedError, admitted, as_json, proof

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
            admitted(*self._asked())
        except RefusedError as refused:
            self._refuse(refused)
            return False
        return super().handle_expect_100()

    def do_GET(self):  # noqa: N802
        request = None
        try:
            request = admitted(*self._asked())
            asks = request.parts[: len(PROOF)] == PROOF
            answer = proof(request, self.server.token) if asks else self.server.answer(request)
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

    def _asked(self):
        return self.command, self.path, self.headers, self.rfile, self.server.token

    def _refuse(self, refused, request=None):
        """Says why, and waits a little for a body to end: else its sender never reads the line."""
        announced = {"Content-Length", "Transfer-Encoding"} & set(self.headers)
        unread = request.length > 0 if request else bool(announced)
        self.close_connection = self.close_connection or unread
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
