"""The folder of a page in that of its first model: its address, which stays, and its files."""

import contextlib
import json
import os
import secrets
import shutil
import typing

from vgan.core.errors import StorageError
from vgan.core.files import locked, replacing

NAME = ".play"


class Place(typing.NamedTuple):
    """Where a page lies.

    Attributes:
      files: `Path` of an empty folder.
      token: what its address has, the same each time.
      port: where it was last, 0 if nowhere.
      keep: keep(port) remembers where it is.
    """

    files: str
    token: str
    port: int
    keep: typing.Callable


@contextlib.contextmanager
def place(folder):
    """Gives the Place in the folder of a model, and empties it at the end.

    Nobody else on the machine can read it. What a killed server left there is removed.

    Args:
      folder: `Path` of a workdir or an export.
    Raises:
      StorageError: the folder can't be written to, or another page is open over it.
    """
    home = folder.resolve() / NAME
    address = home / "address.json"
    try:
        home.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"model {str(folder)!r}: the page keeps its files in it, and can't ({error.strerror}). "
            "Copy it to where you may write"
        ) from None
    with locked(home / "lock", f"model {str(folder)!r}", "shows its page already. Use that one"):
        files = home / "files"
        _remove(files)
        files.mkdir(mode=0o700)
        try:
            token, port = _read(address)
            yield Place(files, token, port, lambda port: _write(address, token, port))
        finally:
            _remove(files)


def _remove(folder):
    shutil.rmtree(folder, ignore_errors=True)


def _read(address):
    """The token and the port that were kept; a new token and 0 where there are none."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(address.read_text())
        token, port = kept["token"], kept["port"]
        if isinstance(token, str) and len(token) >= 32 and port in range(2**16):
            return token, port
    return secrets.token_urlsafe(32), 0


def _write(address, token, port):
    with replacing(address) as temporary:
        os.chmod(temporary, 0o600)
        temporary.write_text(json.dumps({"token": token, "port": port}) + "\n")
