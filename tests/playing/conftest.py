"""A server with tiny models on a free port, and a way to ask it."""

import contextlib
import http.client
import json
import shutil
import threading
import time
import types

import pytest

from vgan.marks.marking import Marking
from vgan.playing import served
from vgan.playing.routes import Routes
from vgan.playing.server import Server
from vgan.playing.shelf import Shelf

TOKEN = "a-token-of-32-characters-at-least"


@contextlib.contextmanager
def _running(answer):
    """Answers requests in the background; gives a function that asks."""
    with Server(0, TOKEN, answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()

        def ask(method, path, body=None, headers=(), token=TOKEN):
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
            given = {"Authorization": f"Bearer {token}"} if token else {}
            body = json.dumps(body).encode() if isinstance(body, dict) else body
            connection.request(method, path, body, given | dict(headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            is_json = answer.headers["Content-Type"] == "application/json"
            return types.SimpleNamespace(
                status=answer.status,
                headers=answer.headers,
                content=content,
                json=json.loads(content) if is_json else None,
            )

        ask.port = server.server_port
        try:
            yield ask
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def running():
    """Answers requests in the background: a context that gives a function which asks."""
    return _running


@pytest.fixture(scope="session")
def token():
    """The one of all servers here."""
    return TOKEN


@pytest.fixture(scope="module")
def run(tiny_run, tmp_path_factory):
    """A copy of a finished run, which may be changed."""
    return shutil.copytree(tiny_run, tmp_path_factory.mktemp("runs") / "my run")


@pytest.fixture(scope="module")
def paths(run, begin_once, tiny):
    """Folders of a run, of its export, and of a run that completes files in three ways."""
    tasks = {"task": "inpainting() + prediction(given=2) + denoising()", "conditional": False}
    completing = tiny | tasks | {"generator": "unet3d(channels=4)"}
    return [run, run / "export" / "4", begin_once(completing)]


@pytest.fixture(scope="module")
def models(paths):
    """{name: Served} of these."""
    return served.opened(paths)


@pytest.fixture(scope="module")
def ask(models, running, tmp_path_factory):
    """A function that asks a server of these."""
    shelf = Shelf(tmp_path_factory.mktemp("shelf"))
    routes = Routes(models, shelf, Marking(mark=False))
    with running(routes) as asks, contextlib.closing(routes.jobs):
        yield asks


@pytest.fixture(scope="module")
def made(ask):
    """A function that has a job done and gives how it ended."""

    def have(**about):
        started = ask("POST", "/api/jobs", about)
        assert started.status == 202, started.content
        while True:
            job = ask("GET", f"/api/jobs/{started.json['id']}").json
            if job["state"] not in ("waiting", "running"):
                return job
            time.sleep(0.02)

    return have
