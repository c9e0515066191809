"""The command that shows a page: its address stays, and what it says of bad input."""

import json
import re
import socket
from urllib.parse import parse_qs, urlsplit

import pytest

CTRL_C = """
from vgan.playing import server

def end(of):
    raise KeyboardInterrupt

server.Server.serve_forever = end
"""
TAKEN = """
import socketserver

bind = socketserver.TCPServer.server_bind

def refuse(server):
    if server.server_address[1] == 1:
        raise OSError(98, "in use")
    bind(server)

socketserver.TCPServer.server_bind = refuse
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Where the pages of these tests lie."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture
def play(command, home):
    """Runs the command, which Ctrl-C ends as soon as it serves."""

    def run(*flags, before=CTRL_C):
        told = f"import os\nos.environ['XDG_STATE_HOME'] = {str(home)!r}\n"
        return command("vgan.play", *flags, before=told + before)

    return run


def address(done):
    return re.search(r"the page is at (http://127\.0\.0\.1:(\d+)/\?token=[\w-]{32,})\n", done.out)


def test_the_address_is_printed_and_stays(play, tiny_run, home):
    first = play(f"--workdir={tiny_run}", "--noopen")
    assert first.code == 0, first.err
    assert first.out.endswith("the page is closed\n")
    again = play(f"--workdir={tiny_run}", "--noopen")
    assert address(again)[1] == address(first)[1]
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["address.json"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    other = play(f"--workdir={tiny_run}", "--noopen", f"--port={port}")
    assert int(address(other)[2]) == port


def test_a_kept_port_that_is_taken(play, tiny_run, home):
    """Such as 1, which no user may have: another is taken, unless this one was asked for."""
    flags = [f"--model={tiny_run}/export", "--noopen"]
    before = set(home.rglob("address.json"))
    token = parse_qs(urlsplit(address(play(*flags))[1]).query)["token"][0]
    (kept,) = set(home.rglob("address.json")) - before
    kept.write_text(json.dumps({"token": token, "port": 1}))
    done = play(*flags, before=CTRL_C + TAKEN)
    assert done.code == 0, done.err
    assert int(address(done)[2]) > 1
    assert token in address(done)[1]
    done = play(*flags, "--port=1", before=CTRL_C + TAKEN)
    assert done.code == 5
    assert "port 1: can't be had (in use). Give another --port" in done.err.splitlines()[-1]


def test_the_page_is_opened(play, tiny_run):
    """By a file that nobody else can read, since the arguments of a browser can be."""
    shown = "print('opened', oct(os.stat(a[7:]).st_mode), open(a[7:]).read())"
    before = f"{CTRL_C}\nimport os, webbrowser\nwebbrowser.open = lambda a: {shown}"
    done = play(f"--workdir={tiny_run}", before=before)
    assert (
        f'opened 0o100600 <meta http-equiv="refresh" content="0; url={address(done)[1]}">'
        in done.out
    )


@pytest.mark.parametrize(
    ("flags", "code", "text"),
    [
        ([], 1, "--workdir, --model: give one or more"),
        (["--workdir=none"], 4, "model 'none': neither a workdir"),
        (["--workdir={}", "--checkpoint=first"], 1, "--checkpoint=first: unknown"),
        (["--workdir={}", "--checkpoint=ensemble(last=2)"], 1, "belongs to one network"),
        (["--workdir={}", "--sampler=heun()"], 1, "--sampler=heun(): --model=gan has no use"),
        (["--workdir={}", "--port=70000"], 1, "port"),
    ],
)
def test_what_the_command_says_of_bad_input(play, tiny_run, flags, code, text):
    done = play("--noopen", *(flag.format(tiny_run) for flag in flags))
    assert done.code == code
    assert text in done.err.splitlines()[-1]
