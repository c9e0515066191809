"""Where a page keeps its address, which stays, and its files: a folder of the user's own.

It isn't in that of the model, which may come from somebody who would then know the token.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import typing
from pathlib import Path

from vgan.core.errors import StorageError
from vgan.core.files import locked, replacing


class Place(typing.NamedTuple):
    """Where a page lies.

    Attributes:
      files: `Path` of an empty folder.
      token: what its address has, the same each time.
      port: where it was last, 0 if nowhere.
      keep: keep(port) remembers where it is.
    """

    files: Path
    token: str
    port: int
    keep: typing.Callable


@contextlib.contextmanager
def place(folder):
    """Gives the Place of the page of a model, and empties it at the end.

    Nobody else on the machine can read it. What a killed server left there is removed.

    Args:
      folder: `Path` of a workdir or an export.
    Raises:
      StorageError: it can't be written to, or another page of the model is open.
    """
    try:
        home = _home(folder)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:  # The last for a user who has no home.
        raise StorageError(
            f"the page keeps its address and its files in a folder of yours, and can't ({error}). "
            "Name one by the environment variable XDG_STATE_HOME"
        ) from None
    address = home / "address.json"
    with locked(home / "lock", f"model {str(folder)!r}", "shows its page already. Use that one"):
        files = home / "files"
        _remove(files)
        files.mkdir(mode=0o700)
        try:
            token, port = _read(address)
            yield Place(files, token, port, lambda port: _write(address, token, port))
        finally:
            _remove(files)


def _home(folder):
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return state.absolute() / "vgan" / "play" / name


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
