"""A page from its first request to its last."""

import contextlib
import webbrowser

from vgan.core.errors import StorageError
from vgan.playing.gate import ADDRESS
from vgan.playing.place import place
from vgan.playing.routes import Routes
from vgan.playing.server import Server
from vgan.playing.shelf import Shelf


def serve(models, marking, port=0, show=True):
    """Says where the page is, and answers until it is stopped, by Ctrl-C or SIGTERM.

    Args:
      models: {name: served.Served}.
      marking: marks.marking.Marking of what is made.
      port: to listen at; 0 for the one of the last time, if it is free, or any.
      show: open the page in a browser.
    Raises:
      StorageError: the port can't be had, or the page's files not be written.
    """
    with place(next(iter(models.values())).path) as at:
        routes = Routes(models, Shelf(at.files), marking)
        with _server(port, at, routes) as server, contextlib.closing(routes.jobs):
            at.keep(server.server_port)
            address = f"http://{ADDRESS}:{server.server_port}/?token={at.token}"
            print(f"the page is at {address}", flush=True)
            if show:
                webbrowser.open(_leading_to(address, at.files).as_uri())
            server.serve_forever()


def _leading_to(address, folder):
    """A file that leads to an address: arguments of processes can be read by all users."""
    path = folder / "open.html"
    path.touch(mode=0o600)
    path.write_text(f'<meta http-equiv="refresh" content="0; url={address}">')
    return path


def _server(port, at, routes):
    if not port and at.port:
        with contextlib.suppress(StorageError):
            return Server(at.port, at.token, routes)
    return Server(port, at.token, routes)
