"""The command that shows a page: its address stays, and what it says of bad input."""

import json
import re
import shutil

import pytest

ENDED = "from vgan.playing import gate\ndef end(server): raise {}\ngate.Server.serve_forever = end"
CTRL_C = ENDED.format("KeyboardInterrupt")


@pytest.fixture(scope="module")
def run(tiny_run, tmp_path_factory):
    return shutil.copytree(tiny_run, tmp_path_factory.mktemp("play") / "run")


def address(done):
    return re.search(r"the page is at (http://127\.0\.0\.1:(\d+)/\?token=[\w-]{32,})\n", done.out)


def test_the_address_is_printed_and_stays(command, run):
    first = command("vgan.play", f"--workdir={run}", "--noopen", before=CTRL_C)
    assert first.code == 0, first.err
    assert first.out.endswith("the page is closed\n")
    again = command("vgan.play", f"--workdir={run}", "--noopen", before=CTRL_C)
    assert address(again)[1] == address(first)[1]
    assert [path.name for path in (run / ".play").iterdir()] == ["address.json"]
    port = int(address(first)[2]) + 1
    other = command("vgan.play", f"--workdir={run}", "--noopen", f"--port={port}", before=CTRL_C)
    assert int(address(other)[2]) == port


def test_a_kept_port_that_is_taken(command, run):
    (run / ".play").mkdir(exist_ok=True)
    kept = {"token": "x" * 40, "port": 1}  # Which no user may have, or which is somebody's.
    (run / ".play" / "address.json").write_text(json.dumps(kept))
    taken = "import socketserver as s\nbind = s.TCPServer.server_bind\ndef no(of):\n"
    taken += " if of.server_address[1] == 1: raise OSError(98, 'in use')\n bind(of)\n"
    before = f"{CTRL_C}\n{taken}s.TCPServer.server_bind = no"
    done = command("vgan.play", f"--workdir={run}", "--noopen", before=before)
    assert done.code == 0, done.err
    assert int(address(done)[2]) > 1
    assert "x" * 40 in address(done)[1]
    done = command("vgan.play", f"--workdir={run}", "--noopen", "--port=1", before=before)
    assert done.code == 5
    assert "port 1: can't be had (in use). Give another --port" in done.err.splitlines()[-1]


def test_the_page_is_opened(command, run):
    before = f"{CTRL_C}\nimport webbrowser\nwebbrowser.open = lambda a: print('opened', a)"
    done = command("vgan.play", f"--model={run}/export", before=before)
    assert f"opened {address(done)[1]}\n" in done.out


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
def test_what_the_command_says_of_bad_input(command, run, flags, code, text):
    done = command("vgan.play", "--noopen", *(flag.format(run) for flag in flags))
    assert done.code == code
    assert text in done.err.splitlines()[-1]
