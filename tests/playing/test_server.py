"""Who may ask, and how much may be sent: each refusal is one line of JSON."""

import hmac
import socket

import pytest

from vgan.core.errors import DataError, StorageError
from vgan.playing import gate
from vgan.playing.server import Server


def echo(request):
    match request.parts:
        case ["data"]:
            raise DataError("file 'a':\nis damaged")
        case ["disk"]:
            raise StorageError("the disk is full")
        case ["fault"]:
            raise ZeroDivisionError("division by zero")
        case ["json"]:
            return gate.as_json(request.json())
        case ["unread"]:
            return gate.as_json({})
    length = sum(map(len, request.blocks()))
    return gate.as_json({"method": request.method, "parts": request.parts, "length": length})


@pytest.fixture(scope="module")
def ask(running):
    with running(echo) as asks:
        yield asks


def refusal(answer):
    """The line of a refused request."""
    assert list(answer.json) == ["error"]
    assert len(answer.content.splitlines()) == 1
    assert "\n" not in answer.json["error"]
    return answer.status, answer.json["error"]


def test_what_is_asked(ask):
    found = ask("POST", "/a%2Fb/c%20d?x=1", b"12345").json
    assert found == {"method": "POST", "parts": ["a/b", "c d"], "length": 5}


def test_the_token_may_stand_in_the_address(ask, token):
    assert ask("GET", f"/?token={token}", token=None).status == 200


def test_without_the_token_nothing_is_answered(ask, token):
    told = "wrong token: use the whole address that vgan.play printed"
    for wrong in (None, "", "wrong", token[:-1], token + "x", "\xe9"):
        for path in ("/", "/none", "/api/files/1"):
            assert refusal(ask("GET", path, token=wrong)) == (401, told)


def test_what_is_no_address(ask):
    answer = ask("GET", "http://[x", headers={"Host": "localhost"}, token=None)
    assert refusal(answer) == (400, "this is no address")


def test_who_knows_the_token_shows_it_without_telling(ask, token):
    """A page that lost its server asks so, before it sends the token again."""
    answer = ask("GET", "/api/proof/a/b", token=None)
    assert answer.json == {"proof": hmac.digest(token.encode(), b"a/b", "sha256").hex()}
    assert refusal(ask("GET", "/api/proof/a", headers={"Host": "evil.example"}))[0] == 403


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer  {}"])
def test_the_token_in_another_way(ask, token, header):
    header = {"Authorization": header.format(token)}
    assert ask("GET", "/", headers=header, token=None).status == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "192.168.0.1:8000"]
)
def test_another_name_of_the_machine(ask, token, host):
    status, text = refusal(ask("GET", f"/?token={token}", headers={"Host": host}))
    assert status == 403
    assert "not this machine" in text


@pytest.mark.parametrize("host", ["localhost:8000", "LocalHost", "127.0.0.1", "[::1]:9", "[::1]"])
def test_names_of_this_machine_at_any_port(ask, host):
    """Ports differ where one is forwarded."""
    assert ask("GET", "/", headers={"Host": host}).status == 200


def test_it_listens_on_this_machine_alone():
    with Server(0, "", echo) as server:
        assert server.server_address[0] == "127.0.0.1"
        with pytest.raises(StorageError, match=f"port {server.server_port}: can't be had"):
            Server(server.server_port, "", echo)


@pytest.mark.parametrize(
    ("path", "text"), [("/api/files", "send 537 MB at most"), ("/json", "send 17 MB at most")]
)
def test_what_is_too_large_is_not_read(ask, path, text):
    length = {"Content-Length": str(2 * 10**9)}
    status, told = refusal(ask("POST", path, headers=length))
    assert status == 413
    assert told == f"2,000 MB are too much: {text}"


def test_somebody_who_sends_it_all_reads_why_not(ask, monkeypatch):
    monkeypatch.setattr(gate, "MOST_JSON", 1000)
    status, text = refusal(ask("POST", "/json", bytes(2**24)))
    assert status == 413
    assert "17 MB are too much" in text


def test_somebody_who_asks_before_sending(ask, token):
    """As curl does; the answer comes without a byte of the body."""
    for length, expected in ((2 * 10**9, b"HTTP/1.1 413 "), (3, b"HTTP/1.1 100 ")):
        with socket.create_connection(("127.0.0.1", ask.port), timeout=10) as connection:
            head = f"POST /api/files?token={token} HTTP/1.1\r\nHost: localhost\r\n"
            head += f"Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
            connection.sendall(head.encode())
            assert connection.recv(2**16).startswith(expected)


@pytest.mark.parametrize("length", ["-1", "1e9", "x", "\xb2", "0x10", "", "0" * 30])
def test_a_length_that_is_none(ask, length):
    assert refusal(ask("POST", "/json", headers={"Content-Length": length}))[0] == 411


def test_a_body_of_unknown_length(ask):
    assert refusal(ask("POST", "/json", headers={"Transfer-Encoding": "chunked"}))[0] == 411


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"a": NaN}', b"\xff", b"[" * 100_000])
def test_what_is_no_json(ask, body):
    status, text = refusal(ask("POST", "/json", body))
    assert status == 400
    assert "no JSON that can be used" in text


def test_a_body_that_ends_too_early(ask, token):
    with socket.create_connection(("127.0.0.1", ask.port), timeout=10) as connection:
        head = (
            f"POST /json?token={token} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n12"
        )
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        found = b"".join(iter(lambda: connection.recv(2**16), b""))
    assert b"the request ended before" in found


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/data", 400, "file 'a': is damaged"),
        ("/disk", 507, "the disk is full"),
        ("/fault", 500, "unexpected: ZeroDivisionError: division by zero"),
    ],
)
def test_errors_are_told_in_a_line(ask, path, status, text):
    assert refusal(ask("GET", path)) == (status, text)


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "PATCH"])
def test_other_methods(ask, method):
    assert ask(method, "/").status == 501


def test_a_body_that_nobody_reads_is_not_taken_for_a_request(ask, token):
    with socket.create_connection(("127.0.0.1", ask.port), timeout=10) as connection:
        inner = f"GET /fault?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        head = f"POST /unread?token={token} HTTP/1.1\r\nHost: localhost\r\n"
        connection.sendall(f"{head}Content-Length: {len(inner)}\r\n\r\n{inner}".encode())
        found = b"".join(iter(lambda: connection.recv(2**16), b""))
    assert found.count(b"HTTP/1.1") == 1


def test_headers_that_guard_the_page(ask):
    for path in ("/", "/fault"):
        headers = ask("GET", path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert headers["Cache-Control"] == "no-store"
        assert headers["Access-Control-Allow-Origin"] is None


def test_the_token_is_in_no_log(ask, token, capfd):
    ask("GET", f"/fault?token={token}")
    ask("GET", f"/?token={token}")
    printed = capfd.readouterr()
    assert token not in printed.out + printed.err
